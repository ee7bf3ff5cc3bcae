package org.initium.torch;

/**
 * Logarithm, sine and cosine in binary32: the polynomials of the Cephes library (S. L. Moshier,
 * logf.c and sinf.c), with the fused multiply-adds that torch's AVX2 kernel has. Equal to that
 * kernel in every bit.
 */
final class Cephes {
  static final float SQRT_HALF = 0.70710677f;
  static final float[] LOG = {
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
  static final float LN2_HIGH = 0.693359375f;

  static final float LN2_LOW = -2.12194440e-4f;

  static final float FOUR_OVER_PI = 1.27323954473516f;

  /** Minus pi/4 in three parts. */
  static final float PI4_A = -0.78515625f;

  static final float PI4_B = -2.4187564849853515625e-4f;
  static final float PI4_C = -3.77489497744594108e-8f;

  static final float[] SIN = {-1.9515295891E-4f, 8.3321608736E-3f, -1.6666654611E-1f};
  static final float[] COS = {
    2.443315711809948E-005f, -1.388731625493765E-003f, 4.166664568298827E-002f
  };

  private Cephes() {}

  /** Natural logarithm of a normal number above 0. */
  static float log(float value) {
    int bits = Float.floatToRawIntBits(value);
    float e = (bits >>> 23) - 126;
    float m = Float.intBitsToFloat(bits & 0x007fffff | 0x3f000000);
    boolean low = m < SQRT_HALF;
    float x = low ? m - 1 + m : m - 1;
    e = low ? e - 1 : e;
    float z = x * x;
    float y = LOG[0];
    for (int k = 1; k < LOG.length; k++) {
      y = Math.fma(y, x, LOG[k]);
    }
    y = y * x;
    y = Math.fma(y, z, e * LN2_LOW);
    y = Math.fma(-z, 0.5f, y);
    return Math.fma(e, LN2_HIGH, x + y);
  }

  /** The octant of an angle from 0 on, made even: which of the polynomials, and the signs. */
  static int octant(float angle) {
    return (int) (angle * FOUR_OVER_PI) + 1 & ~1;
  }

  /** The angle less its octant times pi/4. */
  static float reduced(float angle, int octant) {
    float y = octant;
    return Math.fma(y, PI4_C, Math.fma(y, PI4_B, Math.fma(y, PI4_A, angle)));
  }

  /** Sine of an angle within pi/4 of 0. */
  static float kernelSin(float x) {
    float z = x * x;
    float b = Math.fma(Math.fma(SIN[0], z, SIN[1]), z, SIN[2]) * z;
    return Math.fma(b, x, x);
  }

  /** Cosine of an angle within pi/4 of 0. */
  static float kernelCos(float x) {
    float z = x * x;
    float a = Math.fma(Math.fma(COS[0], z, COS[1]), z, COS[2]) * z;
    return Math.fma(a, z, -(z * 0.5f)) + 1;
  }
}
