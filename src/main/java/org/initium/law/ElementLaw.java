// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import java.util.Locale;
import org.initium.DType;
import org.initium.Fill;

/**
 * The law of elements that each have random bits of their own, in a dtype: what an element is by
 * the words of its block, and the numbers that the kernels take.
 */
public sealed interface ElementLaw
    permits ElementLaw.OfWords, ElementLaw.OfDoubles, Normal32, Normal64 {
  /**
   * What elements are made of their bits by: kernels of that name, in lower case. One more than the
   * place in the list is the number in batches, kernels/many.cuh.
   */
  enum Family {
    /** An affine map. */
    UNIFORM,
    /** Box and Muller's transform. */
    NORMAL,
    /** The law's inverse distribution function, by a table: any law can be had so. */
    QUANTILE;

    /** Which kernels compute a fill. Not by a switch: the first over classes takes 5 ms. */
    public static Family of(Fill.PerElement fill) {
      return fill instanceof Fill.Normal
          ? NORMAL
          : fill instanceof Fill.Uniform ? UNIFORM : QUANTILE;
    }

    /** The name of the kernels. */
    public String kernel() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A law whose elements have a word each. */
  sealed interface OfWords extends ElementLaw permits Uniform32, Quantile32 {
    /** The element whose word it is. */
    float at(int word);

    @Override
    default void elements(int[] words, double[] out) {
      for (int k = 0; k < 4; k++) {
        out[k] = at(words[k]);
      }
    }
  }

  /** A law whose elements have 53 bits each, of two words. */
  sealed interface OfDoubles extends ElementLaw permits Uniform64, Quantile64 {
    /** The element of these bits. */
    double at(long bits53);

    @Override
    default void elements(int[] words, double[] out) {
      out[0] = at(UnitInterval.bits53(words[0], words[1]));
      out[1] = at(UnitInterval.bits53(words[2], words[3]));
    }
  }

  /** The law of a fill. */
  static ElementLaw of(Fill.PerElement fill, DType dtype) {
    boolean wide = dtype.isWide();
    // No switch: the first one over classes takes a process 5 ms, as long as a fill. Of a choice
    // by "?" Java loads both classes.
    if (fill instanceof Fill.Normal normal) {
      if (wide) {
        return Normal64.of(normal);
      }
      return Normal32.of(normal);
    }
    if (fill instanceof Fill.Uniform uniform) {
      if (wide) {
        return Uniform64.of(uniform);
      }
      return Uniform32.of(uniform, dtype);
    }
    Fill.ByQuantile law = (Fill.ByQuantile) fill;
    if (wide) {
      return Quantile64.of(law);
    }
    return Quantile32.of(law, dtype);
  }

  /**
   * The numbers of a law by its inverse distribution function: the least and the greatest value.
   */
  static double[] bounds(Fill.ByQuantile law, DType dtype) {
    if (dtype.isWide()) {
      double low = Math.max(law.least(), -Double.MAX_VALUE);
      return new double[] {low, Math.min(law.greatest(), Double.MAX_VALUE)};
    }
    double low = dtype.atLeast(Math.max(law.least(), -dtype.maxValue())) + 0.0; // not -0
    double high = -dtype.atLeast(Math.max(-law.greatest(), -dtype.maxValue())) + 0.0;
    return new double[] {low, high};
  }

  /**
   * The table that the kernels read, {@code float[]} or {@code double[]} and not to be written to;
   * its address stands before the numbers. Null where there is none.
   */
  default Object table() {
    return null;
  }

  /** The numbers that the kernels take, in the order of their struct in kernels/laws.cuh. */
  double[] numbers();

  /**
   * The elements of a block of Philox: four, or two in f64.
   *
   * @param words the block's four words
   * @param out where the elements go, from its start
   */
  void elements(int[] words, double[] out);
}
