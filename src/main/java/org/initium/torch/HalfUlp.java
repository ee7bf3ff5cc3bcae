package org.initium.torch;

/**
 * Logarithm, sine and cosine in binary64 by Taylor's series, the leading terms summed in two
 * doubles: the error is little more than half an ulp, as that of the C library is which torch
 * calls, so that most results are equal.
 *
 * <p>Loops have no branch and no choice, and are short, since the JIT compiler turns no long one
 * into SIMD code: what is between them is in arrays of a block, which stay in the L1 cache.
 */
final class HalfUlp {
  private static final int BLOCK = 512;

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

  private final long[] bits;
  private final double[] whole; // exponents, or quadrants
  private final double[] x; // the reduced argument in two doubles
  private final double[] xLow;
  private final double[] series;
  private final double[] high; // a result in two doubles, or a sine and a cosine
  private final double[] low;

  /** For at most that many numbers at a time. */
  HalfUlp(int most) {
    int size = Math.min(most, BLOCK);
    bits = new long[size];
    whole = new double[size];
    x = new double[size];
    xLow = new double[size];
    series = new double[size];
    high = new double[size];
    low = new double[size];
  }

  /** Natural logarithms of normal numbers above 0, in place: k ln 2 + 2 artanh(f / (2 + f)). */
  void log(double[] values, int count) {
    for (int from = 0; from < count; from += BLOCK) {
      int n = Math.min(BLOCK, count - from);
      Bits.ofDoubles(values, from, bits, n);
      splitExponents(n);
      Bits.toDoubles(bits, x, n); // in [sqrt(1/2), sqrt(2))
      quotients(n);
      artanhSeries(n);
      artanhCubes(n);
      sumLogs(values, from, n);
    }
  }

  private void splitExponents(int n) {
    for (int i = 0; i < n; i++) {
      long k = bits[i] - SQRT_HALF_BITS >> 52;
      whole[i] = k;
      bits[i] -= k << 52;
    }
  }

  private void quotients(int n) {
    for (int i = 0; i < n; i++) {
      double f = x[i] - 1;
      double divisor = 2 + f;
      double divisorLow = f - (divisor - 2);
      double s = f / divisor;
      x[i] = s;
      xLow[i] = (Math.fma(-s, divisor, f) - s * divisorLow) / divisor;
    }
  }

  /** Of 2 artanh s, s^5 and on: 2/5 + 2/7 s^2 + ... */
  private void artanhSeries(int n) {
    for (int i = 0; i < n; i++) {
      double z = x[i] * x[i];
      double r = Math.fma(2.0 / 25, z, 2.0 / 23);
      r = Math.fma(r, z, 2.0 / 21);
      r = Math.fma(r, z, 2.0 / 19);
      r = Math.fma(r, z, 2.0 / 17);
      r = Math.fma(r, z, 2.0 / 15);
      r = Math.fma(r, z, 2.0 / 13);
      r = Math.fma(r, z, 2.0 / 11);
      r = Math.fma(r, z, 2.0 / 9);
      r = Math.fma(r, z, 2.0 / 7);
      series[i] = Math.fma(r, z, 2.0 / 5);
    }
  }

  private void artanhCubes(int n) {
    for (int i = 0; i < n; i++) {
      double s = x[i];
      double sLow = xLow[i];
      double z = s * s;
      double zLow = Math.fma(s, s, -z) + 2 * s * sLow;
      double r = series[i];
      double p = Math.fma(z, r, LOG_CUBE);
      double pLow = Math.fma(z, r, LOG_CUBE - p) + LOG_CUBE_LOW;
      double q = z * p;
      double qLow = Math.fma(z, p, -q) + Math.fma(z, pLow, zLow * p);
      double c = s * q;
      high[i] = c;
      low[i] = Math.fma(s, q, -c) + Math.fma(s, qLow, sLow * q);
    }
  }

  private void sumLogs(double[] values, int from, int n) {
    for (int i = 0; i < n; i++) {
      double first = whole[i] * LN2_HIGH;
      double twice = 2 * x[i];
      double rough = first + twice; // where k is not 0 the first is the larger, otherwise it is 0
      double sum = rough + high[i];
      double rest = first - rough + twice + (rough - sum + high[i]);
      values[from + i] = sum + (rest + Math.fma(whole[i], LN2_LOW, 2 * xLow[i] + low[i]));
    }
  }

  /** Sines and cosines of angles from 0 to 2 pi. */
  void sinCos(double[] angles, double[] sines, double[] cosines, int count) {
    for (int from = 0; from < count; from += BLOCK) {
      int n = Math.min(BLOCK, count - from);
      quadrants(angles, from, n);
      sineSeries(n);
      sinesWithin(n);
      cosinesWithin(n);
      turn(sines, cosines, from, n);
    }
  }

  /** Angles as a multiple of pi/2 and a rest within pi/4 of 0. */
  private void quadrants(double[] angles, int from, int n) {
    for (int i = 0; i < n; i++) {
      double angle = angles[from + i];
      double quadrant = Math.fma(angle, 2 / Math.PI, TO_INTEGER) - TO_INTEGER;
      double near = Math.fma(-quadrant, HALF_PI_HIGH, angle); // exact
      double far = -quadrant * HALF_PI_LOW;
      double rest = near + far;
      whole[i] = quadrant;
      x[i] = rest;
      xLow[i] = near - rest + far;
    }
  }

  /** Of sin x, x^5 and on: 1/5! - 1/7! x^2 + ... */
  private void sineSeries(int n) {
    for (int i = 0; i < n; i++) {
      double z = x[i] * x[i];
      double r = Math.fma(-1.0 / 121645100408832000L, z, 1.0 / 355687428096000L); // 19!, 17!
      r = Math.fma(r, z, -1.0 / 1307674368000L);
      r = Math.fma(r, z, 1.0 / 6227020800L);
      r = Math.fma(r, z, -1.0 / 39916800L);
      r = Math.fma(r, z, 1.0 / 362880L);
      r = Math.fma(r, z, -1.0 / 5040L);
      series[i] = Math.fma(r, z, 1.0 / 120L);
    }
  }

  /** Sines of the rests, x + x^3 p(x^2), the cube in two doubles. */
  private void sinesWithin(int n) {
    for (int i = 0; i < n; i++) {
      double rest = x[i];
      double restLow = xLow[i];
      double z = rest * rest;
      double zLow = Math.fma(rest, rest, -z);
      double r = series[i];
      double p = Math.fma(z, r, SIN_CUBE);
      double pLow = Math.fma(z, r, SIN_CUBE - p) + SIN_CUBE_LOW;
      double q = z * p;
      double qLow = Math.fma(z, p, -q) + Math.fma(z, pLow, zLow * p);
      double c = rest * q;
      double cLow = Math.fma(rest, q, -c) + rest * qLow;
      double sum = rest + c;
      high[i] = sum + (rest - sum + c + (cLow + Math.fma(-0.5 * z, restLow, restLow)));
    }
  }

  /** Cosines of the rests: 1 - x^2/2 + x^4 p(x^2). */
  private void cosinesWithin(int n) {
    for (int i = 0; i < n; i++) {
      double z = x[i] * x[i];
      double zLow = Math.fma(x[i], x[i], -z);
      double p = Math.fma(1.0 / 2432902008176640000L, z, -1.0 / 6402373705728000L); // 20!, 18!
      p = Math.fma(p, z, 1.0 / 20922789888000L);
      p = Math.fma(p, z, -1.0 / 87178291200L);
      p = Math.fma(p, z, 1.0 / 479001600L);
      p = Math.fma(p, z, -1.0 / 3628800L);
      p = Math.fma(p, z, 1.0 / 40320L);
      p = Math.fma(p, z, -1.0 / 720L);
      p = Math.fma(p, z, 1.0 / 24L);
      double half = 0.5 * z;
      double w = 1 - half;
      double tail = Math.fma(z, z * p, -Math.fma(x[i], xLow[i], 0.5 * zLow));
      low[i] = w + (1 - w - half + tail);
    }
  }

  /** A product by 0 or 1 and a sum with 0 are exact: these choose sine or cosine, and the sign. */
  private void turn(double[] sines, double[] cosines, int from, int n) {
    for (int i = 0; i < n; i++) {
      double s = high[i];
      double c = low[i];
      double half = Math.floor(whole[i] * 0.5);
      double swap = whole[i] - 2 * half;
      double keep = 1 - swap;
      double sign = 1 - 2 * (half - 2 * Math.floor(whole[i] * 0.25));
      sines[from + i] = sign * (swap * c + keep * s);
      cosines[from + i] = sign * (1 - 2 * swap) * (swap * s + keep * c);
    }
  }
}
