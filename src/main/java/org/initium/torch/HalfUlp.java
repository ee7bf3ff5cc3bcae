package org.initium.torch;

/**
 * Logarithm, sine and cosine in binary64 by Taylor's series, the leading terms summed in two
 * doubles: the error is little more than half an ulp, as that of the C library is which torch
 * calls, so that most results are equal.
 */
final class HalfUlp {
  /** Of 2 artanh s: s^25 to s^5. */
  private static final double[] LOG = {
    2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9,
    2.0 / 7, 2.0 / 5
  };

  private static final double LOG_CUBE = 2.0 / 3;
  private static final double LOG_CUBE_LOW = 0x1.5555555555555p-55; // 2/3 less its nearest double
  private static final double LN2_HIGH = 6.93147180369123816490e-01; // times a small int: exact
  private static final double LN2_LOW = 1.90821492927058770002e-10;

  /** Taylor's coefficients of x^19 to x^5: 1/n! */
  private static final double[] SIN = {
    -1.0 / 121645100408832000L,
    1.0 / 355687428096000L,
    -1.0 / 1307674368000L,
    1.0 / 6227020800L,
    -1.0 / 39916800L,
    1.0 / 362880L,
    -1.0 / 5040L,
    1.0 / 120L
  };

  private static final double SIN_CUBE = -1.0 / 6;
  private static final double SIN_CUBE_LOW = -0x1.5555555555555p-57; // -1/6 less its nearest double

  /** Of x^20 to x^4. */
  private static final double[] COS = {
    1.0 / 2432902008176640000L,
    -1.0 / 6402373705728000L,
    1.0 / 20922789888000L,
    -1.0 / 87178291200L,
    1.0 / 479001600L,
    -1.0 / 3628800L,
    1.0 / 40320L,
    -1.0 / 720L,
    1.0 / 24L
  };

  private static final double HALF_PI_HIGH = 0x1.921fb54442d18p0;
  private static final double HALF_PI_LOW = 0x1.1a62633145c07p-54;

  private HalfUlp() {}

  /** Natural logarithm of a normal number above 0: k ln 2 + 2 artanh(f / (2 + f)). */
  static double log(double value) {
    long bits = Double.doubleToRawLongBits(value) - 0x3fe6a09e00000000L; // above sqrt(1/2)
    int k = (int) (bits >> 52);
    double m = Double.longBitsToDouble(Double.doubleToRawLongBits(value) - ((long) k << 52));
    double f = m - 1;
    double divisor = 2 + f;
    double divisorLow = f - (divisor - 2);
    double s = f / divisor;
    double sLow = (Math.fma(-s, divisor, f) - s * divisorLow) / divisor;
    double z = s * s;
    double zLow = Math.fma(s, s, -z) + 2 * s * sLow;
    double r = horner(LOG, z);
    double p = Math.fma(z, r, LOG_CUBE);
    double pLow = Math.fma(z, r, LOG_CUBE - p) + LOG_CUBE_LOW;
    double q = z * p;
    double qLow = Math.fma(z, p, -q) + Math.fma(z, pLow, zLow * p);
    double cube = s * q;
    double cubeLow = Math.fma(s, q, -cube) + Math.fma(s, qLow, sLow * q);
    double high = k * LN2_HIGH;
    double rough = high + 2 * s; // where k is not 0 the first is the larger, otherwise it is 0
    double sum = rough + cube;
    double low = high - rough + 2 * s + (rough - sum + cube);
    return sum + (low + Math.fma(k, LN2_LOW, 2 * sLow + cubeLow));
  }

  /** Radius times cosine and radius times sine of an angle from 0 to 2 pi. */
  static void polar(double radius, double angle, double[] values, int cosAt, int sinAt) {
    int quadrant = (int) Math.fma(angle, 2 / Math.PI, 0.5);
    double near = Math.fma(-quadrant, HALF_PI_HIGH, angle); // exact
    double far = -quadrant * HALF_PI_LOW;
    double x = near + far;
    double low = near - x + far;
    double s = kernelSin(x, low);
    double c = kernelCos(x, low);
    boolean swapped = (quadrant & 1) != 0;
    double sin = swapped ? c : s;
    double cos = swapped ? s : c;
    values[cosAt] = radius * ((quadrant + 1 & 2) != 0 ? -cos : cos);
    values[sinAt] = radius * ((quadrant & 2) != 0 ? -sin : sin);
  }

  /** Sine of an angle in two parts, within pi/4 of 0: x + x^3 p(x^2), the cube in two doubles. */
  private static double kernelSin(double x, double low) {
    double z = x * x;
    double zLow = Math.fma(x, x, -z);
    double r = horner(SIN, z);
    double p = Math.fma(z, r, SIN_CUBE);
    double pLow = Math.fma(z, r, SIN_CUBE - p) + SIN_CUBE_LOW;
    double q = z * p;
    double qLow = Math.fma(z, p, -q) + Math.fma(z, pLow, zLow * p);
    double cube = x * q;
    double cubeLow = Math.fma(x, q, -cube) + x * qLow;
    double sum = x + cube;
    return sum + (x - sum + cube + (cubeLow + Math.fma(-0.5 * z, low, low)));
  }

  /** Cosine of an angle in two parts, within pi/4 of 0: 1 - x^2/2 + x^4 p(x^2). */
  private static double kernelCos(double x, double low) {
    double z = x * x;
    double zLow = Math.fma(x, x, -z);
    double r = z * horner(COS, z);
    double half = 0.5 * z;
    double w = 1 - half;
    return w + (1 - w - half + Math.fma(z, r, -Math.fma(x, low, 0.5 * zLow)));
  }

  private static double horner(double[] coefficients, double x) {
    double y = coefficients[0];
    for (int k = 1; k < coefficients.length; k++) {
      y = Math.fma(y, x, coefficients[k]);
    }
    return y;
  }
}
