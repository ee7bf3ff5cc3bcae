// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

/**
 * Logarithm, sine and cosine in binary32: the polynomials of the Cephes library (S. L. Moshier,
 * logf.c and sinf.c), with the fused multiply-adds that torch's AVX2 and AVX-512 kernels have.
 * Equal to them in every bit.
 */
final class Cephes {
  private static final int SQRT_HALF_BITS = 0x3f3504f3;

  private static final float[] LOG = {
    7.0376836292E-2f,
    -1.1514610310E-1f,
    1.1676998740E-1f,
    -1.2420140846E-1f,
    1.4249322787E-1f,
    -1.6668057665E-1f,
    2.0000714765E-1f,
    -2.4999993993E-1f,
    3.3333331174E-1f
  };

  /** ln 2 in two parts, the upper one short. */
  private static final float LN2_HIGH = 0.693359375f;

  private static final float LN2_LOW = -2.12194440e-4f;

  private static final float FOUR_OVER_PI = 1.27323954473516f;

  /** Minus pi/4 in three parts. */
  private static final float PI4_A = -0.78515625f;

  private static final float PI4_B = -2.4187564849853515625e-4f;
  private static final float PI4_C = -3.77489497744594108e-8f;

  private static final float[] SIN = {-1.9515295891E-4f, 8.3321608736E-3f, -1.6666654611E-1f};
  private static final float[] COS = {
    2.443315711809948E-005f, -1.388731625493765E-003f, 4.166664568298827E-002f
  };

  private Cephes() {}

  /** The natural logarithm of a number above 0 that is given times 2^24. */
  static float logOfScaled(float scaled) {
    int bits = Float.floatToRawIntBits(scaled);
    int exponent = bits - SQRT_HALF_BITS >> 23;
    float e = exponent - 24;
    float x = Float.intBitsToFloat(bits - (exponent << 23)) - 1; // of sqrt(1/2) to sqrt(2)
    float z = x * x;
    float y = polynomial(LOG, x) * x;
    y = Math.fma(y, z, e * LN2_LOW);
    y = Math.fma(-z, 0.5f, y);
    return Math.fma(e, LN2_HIGH, x + y);
  }

  /** The even octant at or behind an angle from 0 on. */
  private static int octant(float angle) {
    return (int) (angle * FOUR_OVER_PI) + 1 & ~1;
  }

  /** The sine of an angle from 0 on. */
  static float sin(float angle) {
    int octant = octant(angle);
    float value = (octant & 2) == 0 ? sinWithin(angle, octant) : cosWithin(angle, octant);
    return (octant & 4) == 0 ? value : -value;
  }

  /** The cosine of an angle from 0 on. */
  static float cos(float angle) {
    int octant = octant(angle);
    float value = (octant & 2) == 0 ? cosWithin(angle, octant) : sinWithin(angle, octant);
    return (octant + 2 & 4) == 0 ? value : -value;
  }

  private static float rest(float angle, int octant) {
    float y = octant;
    return Math.fma(y, PI4_C, Math.fma(y, PI4_B, Math.fma(y, PI4_A, angle)));
  }

  private static float sinWithin(float angle, int octant) {
    float x = rest(angle, octant);
    float z = x * x;
    return Math.fma(polynomial(SIN, z) * z, x, x);
  }

  private static float cosWithin(float angle, int octant) {
    float x = rest(angle, octant);
    float z = x * x;
    return Math.fma(polynomial(COS, z) * z, z, -(z * 0.5f)) + 1;
  }

  /** By Horner's scheme, the highest coefficient first. */
  private static float polynomial(float[] coefficients, float x) {
    float y = coefficients[0];
    for (int i = 1; i < coefficients.length; i++) {
      y = Math.fma(y, x, coefficients[i]);
    }
    return y;
  }
}
