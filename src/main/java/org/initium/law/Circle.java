// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

/**
 * Sine and cosine of an angle that a random word gives in turns: the word's grid of 2^32 (2^53)
 * angles, each in the middle of its cell. The reduction to an eighth of a turn on either side of a
 * quarter is exact, in integers. Coefficients are minimax, derived by
 * src/test/python/polynomials.py.
 *
 * <p>With t = word + 1/8 turn: quarter q is the upper two bits of t, and f the signed rest less 1/8
 * turn. Sine is ({s, c, -s, -c})[q] and cosine ({c, -s, -c, s})[q] of s = sin(2 pi f), c = cos(2 pi
 * f): bit 0 of q swaps, bit 1 of q is the sign of the sine, bit 1 of q + 1 that of the cosine.
 */
public final class Circle {
  /** An eighth of a turn in 2^-32 turns. */
  static final int EIGHTH_32 = 1 << 29;

  /** A quarter of a turn in 2^-32 turns. */
  private static final int QUARTER_32 = 1 << 30;

  /** S of {@code sin(2 pi f) = f S(z), z = f^2}. */
  private static final float[] S32 = {6.28318548f, -41.3418655f, 81.6256256f, -76.7749557f};

  /** C of {@code cos(2 pi f) = 1 + z C(z)}. */
  private static final float[] C32 = {-19.7392082f, 64.9391479f, -85.4245224f, 58.6210594f};

  /** An eighth of a turn in 2^-53 turns. */
  private static final long EIGHTH_64 = 1L << 50;

  /** A quarter of a turn in 2^-53 turns. */
  private static final long QUARTER_64 = 1L << 51;

  /** 2 pi, rounded. */
  private static final double TWO_PI = 6.283185307179586;

  /** 2 pi less that. */
  private static final double TWO_PI_LOW = 2.4492935982947064e-16;

  /** S of {@code sin(2 pi f) = 2 pi f + f z S(z)}. */
  private static final double[] S64 = {
    -41.34170224039967,
    81.60524927596379,
    -76.70585970743203,
    42.058685327160255,
    -15.09381851111826,
    3.781124589133133
  };

  /** C of {@code cos(2 pi f) = 1 + z C(z)}. */
  private static final double[] C64 = {
    -19.739208802178716,
    64.93939402266668,
    -85.45681720598927,
    60.24464122724163,
    -26.426241133104224,
    7.902629316147551,
    -1.6882990978544472
  };

  private Circle() {}

  /** The signed rest of a word in turns, at most 1/8 in size. */
  static float rest(int word) {
    int rest = (word + EIGHTH_32 & QUARTER_32 - 1) - EIGHTH_32;
    return Math.fma((float) rest, UnitInterval.STEP_32, UnitInterval.HALF_STEP_32);
  }

  static float sinOfRest(float f) {
    float z = f * f;
    return f * polynomial(S32, z);
  }

  static float cosOfRest(float f) {
    float z = f * f;
    return Math.fma(polynomial(C32, z), z, 1);
  }

  /** The sine of {@code word + 1/2} times 2^-32 turns. */
  public static float sin(int word) {
    return quarter(word, 0);
  }

  /** The cosine of {@code word + 1/2} times 2^-32 turns: the sine a quarter further. */
  public static float cos(int word) {
    return quarter(word, QUARTER_32);
  }

  private static float quarter(int word, int ahead) {
    int t = word + EIGHTH_32 + ahead;
    float f = rest(word);
    float value = (t & QUARTER_32) == 0 ? sinOfRest(f) : cosOfRest(f);
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) ^ t & 1 << 31);
  }

  /** The sine of {@code bits53 + 1/2} times 2^-53 turns. */
  public static double sin(long bits53) {
    return quarter(bits53, 0);
  }

  /** The cosine of {@code bits53 + 1/2} times 2^-53 turns. */
  public static double cos(long bits53) {
    return quarter(bits53, QUARTER_64);
  }

  private static double quarter(long bits53, long ahead) {
    long t = bits53 + EIGHTH_64 + ahead;
    long rest = (bits53 + EIGHTH_64 & QUARTER_64 - 1) - EIGHTH_64;
    double f = Math.fma((double) rest, UnitInterval.STEP_64, UnitInterval.HALF_STEP_64);
    double value = (t & QUARTER_64) == 0 ? sinOfRest(f) : cosOfRest(f);
    return (t & 2 * QUARTER_64) == 0 ? value : -value;
  }

  private static double sinOfRest(double f) {
    double z = f * f;
    return Math.fma(f, TWO_PI, f * Math.fma(z, polynomial(S64, z), TWO_PI_LOW));
  }

  private static double cosOfRest(double f) {
    double z = f * f;
    return Math.fma(z, polynomial(C64, z), 1);
  }

  /** In Horner's scheme, of z^0 first. */
  static float polynomial(float[] coefficients, float z) {
    float sum = coefficients[coefficients.length - 1];
    for (int n = coefficients.length - 2; n >= 0; n--) {
      sum = Math.fma(sum, z, coefficients[n]);
    }
    return sum;
  }

  /** In Horner's scheme, of z^0 first. */
  static double polynomial(double[] coefficients, double z) {
    double sum = coefficients[coefficients.length - 1];
    for (int n = coefficients.length - 2; n >= 0; n--) {
      sum = Math.fma(sum, z, coefficients[n]);
    }
    return sum;
  }
}
