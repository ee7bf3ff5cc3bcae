// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import org.initium.DType;
import org.initium.Fill;

/**
 * U[a, b) in f64: as {@link Uniform32} of 53 bits from two words.
 *
 * @param lo a
 * @param range b - a
 * @param high the largest double below b
 */
public record Uniform64(double lo, double range, double high) implements ElementLaw.OfDoubles {
  /** The law of a fill in f64. */
  public static Uniform64 of(Fill.Uniform fill) {
    return new Uniform64(
        fill.a(), fill.b() - fill.a(), Math.max(DType.F64.below(fill.b()), fill.a()));
  }

  @Override
  public double at(long bits53) {
    double x = Math.fma(UnitInterval.unit(bits53), range, lo);
    return x > high ? high : x;
  }

  @Override
  public double[] numbers() {
    return new double[] {lo, range, lo + 0.0, high + 0.0};
  }
}
