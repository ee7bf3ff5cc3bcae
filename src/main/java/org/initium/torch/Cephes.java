package org.initium.torch;

/**
 * Logarithm, sine and cosine in binary32: the polynomials of the Cephes library (S. L. Moshier,
 * logf.c and sinf.c), with the fused multiply-adds that torch's AVX2 and AVX-512 kernels have.
 * Equal to them in every bit.
 *
 * <p>Loops have no branch and no choice, so that the JIT compiler turns them into SIMD code.
 */
final class Cephes {
  private static final int SQRT_HALF_BITS = 0x3f3504f3;

  private static final float LOG_2 = 7.0376836292E-2f;
  private static final float LOG_3 = -1.1514610310E-1f;
  private static final float LOG_4 = 1.1676998740E-1f;
  private static final float LOG_5 = -1.2420140846E-1f;
  private static final float LOG_6 = 1.4249322787E-1f;
  private static final float LOG_7 = -1.6668057665E-1f;
  private static final float LOG_8 = 2.0000714765E-1f;
  private static final float LOG_9 = -2.4999993993E-1f;
  private static final float LOG_10 = 3.3333331174E-1f;

  /** ln 2 in two parts, the upper one short. */
  private static final float LN2_HIGH = 0.693359375f;

  private static final float LN2_LOW = -2.12194440e-4f;

  private static final float FOUR_OVER_PI = 1.27323954473516f;

  /** Minus pi/4 in three parts. */
  private static final float PI4_A = -0.78515625f;

  private static final float PI4_B = -2.4187564849853515625e-4f;
  private static final float PI4_C = -3.77489497744594108e-8f;

  private static final float SIN_0 = -1.9515295891E-4f;
  private static final float SIN_1 = 8.3321608736E-3f;
  private static final float SIN_2 = -1.6666654611E-1f;
  private static final float COS_0 = 2.443315711809948E-005f;
  private static final float COS_1 = -1.388731625493765E-003f;
  private static final float COS_2 = 4.166664568298827E-002f;

  private Cephes() {}

  /**
   * Natural logarithms of numbers above 0 that are given times 2^24, in place.
   *
   * @param bits scratch
   * @param exponents scratch
   */
  static void logOfScaled(float[] values, int[] bits, float[] exponents, int count) {
    Bits.ofFloats(values, bits, count);
    for (int k = 0; k < count; k++) {
      int b = bits[k];
      int e = b - SQRT_HALF_BITS >> 23;
      exponents[k] = e - 24;
      bits[k] = b - (e << 23);
    }
    Bits.toFloats(bits, values, count); // in [sqrt(1/2), sqrt(2))
    for (int k = 0; k < count; k++) {
      float x = values[k] - 1;
      float e = exponents[k];
      float z = x * x;
      float y = Math.fma(LOG_2, x, LOG_3);
      y = Math.fma(y, x, LOG_4);
      y = Math.fma(y, x, LOG_5);
      y = Math.fma(y, x, LOG_6);
      y = Math.fma(y, x, LOG_7);
      y = Math.fma(y, x, LOG_8);
      y = Math.fma(y, x, LOG_9);
      y = Math.fma(y, x, LOG_10);
      y = y * x;
      y = Math.fma(y, z, e * LN2_LOW);
      y = Math.fma(-z, 0.5f, y);
      values[k] = Math.fma(e, LN2_HIGH, x + y);
    }
  }

  /**
   * Sines and cosines of angles from 0 on.
   *
   * @param angles overwritten by the angles less their octants, made even, times pi/4
   * @param octants scratch
   */
  static void sinCos(float[] angles, int[] octants, float[] sines, float[] cosines, int count) {
    for (int k = 0; k < count; k++) {
      float angle = angles[k];
      int octant = (int) (angle * FOUR_OVER_PI) + 1 & ~1;
      float y = octant;
      octants[k] = octant;
      angles[k] = Math.fma(y, PI4_C, Math.fma(y, PI4_B, Math.fma(y, PI4_A, angle)));
    }
    for (int k = 0; k < count; k++) {
      float x = angles[k];
      float z = x * x;
      float b = Math.fma(Math.fma(SIN_0, z, SIN_1), z, SIN_2) * z;
      float s = Math.fma(b, x, x);
      float a = Math.fma(Math.fma(COS_0, z, COS_1), z, COS_2) * z;
      float c = Math.fma(a, z, -(z * 0.5f)) + 1;
      // A product by 0 or 1 and a sum with 0 are exact: these choose s or c, and the sign.
      float swap = octants[k] >> 1 & 1;
      float keep = 1 - swap;
      float sinSign = 1 - 2 * (octants[k] >> 2 & 1);
      float cosSign = 2 * (octants[k] - 2 >> 2 & 1) - 1;
      sines[k] = sinSign * (swap * c + keep * s);
      cosines[k] = cosSign * (swap * s + keep * c);
    }
  }
}
