// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import org.initium.Fill;

/**
 * N(mean, std^2) in f64: as {@link Normal32}, with 53 bits x from the first two words of the pair's
 * block, {@link Philox#blockOfDouble}, and y from the other two.
 *
 * @param mean the mean
 * @param std the standard deviation
 */
public record Normal64(double mean, double std) implements ElementLaw {
  /** The law of a fill in f64. */
  public static Normal64 of(Fill.Normal fill) {
    return new Normal64(fill.mean(), fill.std());
  }

  /** sqrt(-2 ln u) of 53 bits. */
  public static double radius(long x) {
    return Math.sqrt(Logarithm.minusTwoLn(UnitInterval.unit(x)));
  }

  @Override
  public double[] numbers() {
    return new double[] {mean, std};
  }

  @Override
  public void elements(int[] words, double[] out) {
    double radius = radius(UnitInterval.bits53(words[0], words[1]));
    long y = UnitInterval.bits53(words[2], words[3]);
    out[0] = Math.fma(radius * Circle.sin(y), std, mean);
    out[1] = Math.fma(radius * Circle.cos(y), std, mean);
  }
}
