// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import org.initium.Fill;

/**
 * N(mean, std^2) in the types computed in binary32, by Box and Muller's transform on words 2k and
 * 2k + 1 of the stream, as cuRAND pairs them: the element on the even word gets {@code fma(r *
 * sin(y), std, mean)}, that on the odd word {@code fma(r * cos(y), std, mean)}, with {@code r =
 * sqrt(-2 ln(unit(x)))}.
 *
 * @param mean rounded to binary32
 * @param std rounded to binary32
 */
public record Normal32(float mean, float std) implements ElementLaw {
  /** The law of a fill in f32, f16 or bf16. */
  public static Normal32 of(Fill.Normal fill) {
    return new Normal32((float) fill.mean(), (float) fill.std());
  }

  /** sqrt(-2 ln u) of a word. */
  public static float radius(int x) {
    return (float) Math.sqrt(Logarithm.minusTwoLn(UnitInterval.unit(x)));
  }

  @Override
  public double[] numbers() {
    return new double[] {mean, std};
  }

  @Override
  public void elements(int[] words, double[] out) {
    for (int k = 0; k < 4; k += 2) {
      float radius = radius(words[k]);
      out[k] = Math.fma(radius * Circle.sin(words[k + 1]), std, mean);
      out[k + 1] = Math.fma(radius * Circle.cos(words[k + 1]), std, mean);
    }
  }
}
