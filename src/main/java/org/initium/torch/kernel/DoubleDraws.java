// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import java.util.function.LongToDoubleFunction;

/** torch's uniforms and normals on the CPU in binary64. */
public final class DoubleDraws {
  private static final double TWO_PI = 2 * Math.PI;

  private DoubleDraws() {}

  /** The uniform in [0, 1) of two words: the lower 53 bits. */
  static double unit(long words) {
    return (words & (1L << 53) - 1) * 0x1p-53;
  }

  /** The uniform from a to b of two words; what is b becomes a when it is stored. */
  static double uniform(long words, double a, double b) {
    return Math.fma(unit(words), b - a, a);
  }

  /**
   * A law whose elements PyTorch draws one by one, each in binary64 of two words.
   *
   * @param function what it takes of the words, and a GPU has of its own
   */
  public record Law(String name, String function, LongToDoubleFunction element) {}

  public static Law cauchy(double loc, double scale) {
    return new Law(
        "cauchy",
        "tangent",
        words -> Math.fma(scale, StrictMath.tan(Math.PI * (unit(words) - 0.5)), loc));
  }

  public static Law exponential(double rate) {
    return new Law("exponential", "logarithm", words -> -1 / rate * StrictMath.log1p(-unit(words)));
  }

  /** By Box and Muller, of the first two words of a pair. */
  public static double radius(long words) {
    return Math.sqrt(-2 * HalfUlp.log(1 - unit(words)));
  }

  /** Of the others. */
  public static double angle(long words) {
    return TWO_PI * unit(words);
  }
}
