// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

/**
 * The natural logarithm on (0, 1], times -2: the square of the radius in Box and Muller's transform
 * and nothing else. The coefficients are minimax, derived by src/test/python/polynomials.py.
 *
 * <p>u = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), from the bits of u.
 */
public final class Logarithm {
  /** Bits of sqrt(1/2) in binary32, where the significand's interval starts. */
  private static final int SPLIT_32 = 0x3f3504f3;

  /** -2 ln 2 in binary32. */
  private static final float MINUS_2_LN_2 = -1.38629436f;

  /** Q of {@code -2 ln(1 + f) = -2f + f^2 Q(f)}; relative error 2^-25. */
  private static final float[] Q = {
    0.999998331f,
    -0.666683972f,
    0.50011456f,
    -0.399129361f,
    0.330056071f,
    -0.298276126f,
    0.293698341f,
    -0.182952121f
  };

  /** Bits of sqrt(1/2) in binary64. */
  private static final long SPLIT_64 = 0x3fe6a09e667f3bcdL;

  /** The upper part of ln 2, a short number: its product with an exponent is exact. */
  private static final double LN_2_HIGH = 0x1.62e42feep-1;

  /** ln 2 less its upper part. */
  private static final double LN_2_LOW = 0x1.a39ef35793c76p-33;

  /**
   * R of {@code ln(1 + f) = 2s + s R(z), s = f / (2 + f), z = s^2}, from the coefficient of z on
   * (the scheme of FDLIBM, Sun Microsystems 1993); error 2^-59.
   */
  private static final double[] R = {
    0.6666666666666734,
    0.3999999999941664,
    0.28571428742028154,
    0.2222219860506176,
    0.18183562850545215,
    0.15314084873024628,
    0.14795632882434634
  };

  private Logarithm() {}

  /** -2 ln u for u in (0, 1], without a branch. */
  public static float minusTwoLn(float u) {
    int bits = Float.floatToRawIntBits(u) - SPLIT_32;
    float e = bits >> 23;
    float f = Float.intBitsToFloat((bits & 0x7fffff) + SPLIT_32) - 1;
    float q = Circle.polynomial(Q, f);
    return Math.fma(f * f, q, Math.fma(e, MINUS_2_LN_2, -2 * f));
  }

  /** -2 ln u for u in (0, 1]. */
  public static double minusTwoLn(double u) {
    long bits = Double.doubleToRawLongBits(u) - SPLIT_64;
    double e = (int) (bits >> 52);
    double f = Double.longBitsToDouble((bits & 0xfffffffffffffL) + SPLIT_64) - 1;
    double s = f / (2 + f);
    double z = s * s;
    double r = Circle.polynomial(R, z) * z;
    double half = 0.5 * f * f;
    double low = Math.fma(s, half + r, e * LN_2_LOW);
    return 2 * Math.fma(-e, LN_2_HIGH, half - low - f);
  }
}
