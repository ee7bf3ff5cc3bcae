// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

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

  /** Cauchy's law of two words. */
  public static double cauchy(long words, double loc, double scale) {
    return Math.fma(scale, StrictMath.tan(Math.PI * (unit(words) - 0.5)), loc);
  }

  /** The exponential law of two words. */
  public static double exponential(long words, double rate) {
    return -1 / rate * StrictMath.log1p(-unit(words));
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
