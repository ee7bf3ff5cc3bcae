// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import org.initium.DType;
import org.initium.Fill;

/**
 * U[a, b) in the types computed in binary32: {@code x = fma(unit(word), range, lo)}, then at most
 * {@code high}, then at least {@code low}; a 16-bit type rounds that once more.
 *
 * <p>{@code high} is the largest value of the dtype below b: only the half cell next to b, which
 * would round to b, goes there, so neither end has a spike. Where a = b, or no value of the dtype
 * lies in [a, b), every element is the value nearest to a.
 *
 * @param lo a, rounded to binary32
 * @param range b - a, rounded to binary32
 * @param low the smallest value of the dtype that is not below a
 * @param high the largest value of the dtype that is below b
 */
public record Uniform32(float lo, float range, float low, float high)
    implements ElementLaw.OfWords {
  /** The law of a fill in f32, f16 or bf16. */
  public static Uniform32 of(Fill.Uniform fill, DType dtype) {
    float low = (float) dtype.atLeast(fill.a()) + 0f; // a bound that is 0 is not -0
    float high = (float) dtype.below(fill.b()) + 0f;
    if (low > high) {
      low = high = (float) dtype.round(fill.a()) + 0f;
    }
    return new Uniform32((float) fill.a(), (float) (fill.b() - fill.a()), low, high);
  }

  @Override
  public float at(int word) {
    float x = Math.fma(UnitInterval.unit(word), range, lo);
    x = x > high ? high : x;
    return x < low ? low : x;
  }

  @Override
  public double[] numbers() {
    return new double[] {lo, range, low, high};
  }
}
