// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

/**
 * Logarithm, sine and cosine in binary64 by Taylor's series, the leading terms summed in two
 * doubles: the error is little more than half an ulp, as that of the C library is which torch
 * calls, so that most results are equal.
 */
public final class HalfUlp {
  /** Bits of about sqrt(1/2). */
  private static final long SQRT_HALF_BITS = 0x3fe6a09e00000000L;

  private static final double LOG_CUBE = 2.0 / 3;
  private static final double LOG_CUBE_LOW = 0x1.5555555555555p-55; // 2/3 less its nearest double
  private static final double LN2_HIGH = 6.93147180369123816490e-01; // times a small int: exact
  private static final double LN2_LOW = 1.90821492927058770002e-10;

  private static final double SIN_CUBE = -1.0 / 6;
  private static final double SIN_CUBE_LOW = -0x1.5555555555555p-57; // -1/6 less its nearest double

  private static final double HALF_PI_HIGH = 0x1.921fb54442d18p0;
  private static final double HALF_PI_LOW = 0x1.1a62633145c07p-54;
  private static final double TO_INTEGER = 0x1.8p52; // added, it rounds to an integer

  /** Of x^n in Taylor's series of sine and cosine: 1 / n!, two plus, two minus. */
  private static final double[] TERMS = new double[21];

  static {
    long factorial = 1;
    for (int n = 1; n < TERMS.length; n++) {
      factorial *= n;
      TERMS[n] = (n / 2 % 2 == 0 ? 1.0 : -1.0) / factorial;
    }
  }

  private HalfUlp() {}

  /** The natural logarithm of a normal number above 0: k ln 2 + 2 artanh(f / (2 + f)). */
  static double log(double value) {
    long bits = Double.doubleToRawLongBits(value);
    long k = bits - SQRT_HALF_BITS >> 52;
    double f = Double.longBitsToDouble(bits - (k << 52)) - 1; // of sqrt(1/2) to sqrt(2)
    double divisor = 2 + f;
    double divisorLow = f - (divisor - 2);
    double s = f / divisor;
    double sLow = (Math.fma(-s, divisor, f) - s * divisorLow) / divisor;

    double z = s * s;
    double r = 2.0 / 25; // of 2 artanh s, s^5 and on: 2/5 + 2/7 s^2 + ...
    for (int n = 23; n >= 5; n -= 2) {
      r = Math.fma(r, z, 2.0 / n);
    }
    double zLow = Math.fma(s, s, -z) + 2 * s * sLow;
    double p = Math.fma(z, r, LOG_CUBE);
    double pLow = Math.fma(z, r, LOG_CUBE - p) + LOG_CUBE_LOW;
    double q = z * p;
    double qLow = Math.fma(z, p, -q) + Math.fma(z, pLow, zLow * p);
    double c = s * q;
    double cLow = Math.fma(s, q, -c) + Math.fma(s, qLow, sLow * q);

    double first = k * LN2_HIGH;
    double twice = 2 * s;
    double rough = first + twice; // where k is not 0 the first is the larger, otherwise it is 0
    double sum = rough + c;
    double rest = first - rough + twice + (rough - sum + c);
    return sum + (rest + Math.fma(k, LN2_LOW, 2 * sLow + cLow));
  }

  /** The sine of an angle from 0 to 2 pi. */
  public static double sin(double angle) {
    return quarter(angle, 0);
  }

  /** The cosine of an angle from 0 to 2 pi: the sine a quarter further. */
  public static double cos(double angle) {
    return quarter(angle, 1);
  }

  /** The angle is a multiple of pi/2 and a rest within pi/4 of 0, which is in two doubles. */
  private static double quarter(double angle, int ahead) {
    double quadrant = Math.fma(angle, 2 / Math.PI, TO_INTEGER) - TO_INTEGER;
    double near = Math.fma(-quadrant, HALF_PI_HIGH, angle); // exact
    double far = -quadrant * HALF_PI_LOW;
    double x = near + far;
    double xLow = near - x + far;
    int turn = (int) quadrant + ahead;
    double value = (turn & 1) == 0 ? sinWithin(x, xLow) : cosWithin(x, xLow);
    return (turn & 2) == 0 ? value : -value;
  }

  /** Every other term of Taylor's series from that of x^first to that of x^last, in z = x^2. */
  private static double series(double z, int last, int first) {
    double sum = TERMS[last];
    for (int n = last - 2; n >= first; n -= 2) {
      sum = Math.fma(sum, z, TERMS[n]);
    }
    return sum;
  }

  /** x + x^3 p(x^2), the cube in two doubles. */
  private static double sinWithin(double x, double xLow) {
    double z = x * x;
    double zLow = Math.fma(x, x, -z);
    double r = series(z, 19, 5);
    double p = Math.fma(z, r, SIN_CUBE);
    double pLow = Math.fma(z, r, SIN_CUBE - p) + SIN_CUBE_LOW;
    double q = z * p;
    double qLow = Math.fma(z, p, -q) + Math.fma(z, pLow, zLow * p);
    double c = x * q;
    double cLow = Math.fma(x, q, -c) + x * qLow;
    double sum = x + c;
    return sum + (x - sum + c + (cLow + Math.fma(-0.5 * z, xLow, xLow)));
  }

  /** 1 - x^2/2 + x^4 p(x^2). */
  private static double cosWithin(double x, double xLow) {
    double z = x * x;
    double zLow = Math.fma(x, x, -z);
    double p = series(z, 20, 4);
    double half = 0.5 * z;
    double w = 1 - half;
    double tail = Math.fma(z, z * p, -Math.fma(x, xLow, 0.5 * zLow));
    return w + (1 - w - half + tail);
  }
}
