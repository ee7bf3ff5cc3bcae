// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import org.initium.Fill;

/**
 * A point of a law by the share of its mass that is below it, and the Taylor series of the point in
 * the share's relative change v: {@code point(share (1 + v)) = base + scale sum_n T_n v^n}. The
 * share begins at one half and goes down in small relative steps.
 */
sealed interface Quantile
    permits NormalQuantile,
        ExponentialQuantile,
        UniformQuantile,
        LaplaceQuantile,
        CauchyQuantile,
        MappedQuantile {
  /** Of a bound that there is not, or of an extent. */
  double INFINITY = Double.POSITIVE_INFINITY;

  /** The highest power of the series. */
  int DEGREE = 10;

  /**
   * A point and its series.
   *
   * @param base what the terms count from: a bound or the mean
   * @param scale the unit of the terms
   * @param terms T_n for n to {@link #DEGREE}; first how far the point is from the base, negative
   *     below it. They are those of the next point when that is asked for
   */
  record Series(double base, double scale, double[] terms) {}

  /** The point that has this share of the mass below it. */
  Series at(double share);

  /**
   * The log of the density changes by less than this over the interval: it is flat to the last bit.
   */
  double FLAT = 0x1p-55;

  /**
   * Beyond so many standard deviations from the mean the density is an exponential one: over the 40
   * / STEEP of them that have mass, the square of the distance changes nothing.
   */
  double STEEP = 1e10;

  /** Whether the law is that of its numbers with the other sign. */
  static boolean isEven(Fill.ByQuantile fill) {
    return fill instanceof Fill.TruncatedNormal law && law.mean() == 0 && law.a() == -law.b();
  }

  /** The law of a fill. */
  static Quantile of(Fill.ByQuantile fill) {
    if (fill instanceof Fill.TruncatedNormal law) { // the usual one; a switch takes a start 5 ms
      return of(law.mean(), law.std(), law.a(), law.b());
    }
    return switch (fill) {
      case Fill.TruncatedNormal law -> of(law.mean(), law.std(), law.a(), law.b());
      case Fill.Cauchy law -> new CauchyQuantile(law.loc(), law.scale());
      case Fill.Laplace law -> new LaplaceQuantile(law.loc(), law.scale());
      case Fill.Exponential law ->
          new ExponentialQuantile(0, INFINITY, true, 1 / law.rate(), INFINITY);
      case Fill.OfUniform law -> new MappedQuantile(law.map(), false);
    };
  }

  /** The law of the numbers that are those of a fill with the other sign. */
  static Quantile ofNegated(Fill.ByQuantile fill) {
    return switch (fill) {
      case Fill.TruncatedNormal law -> of(-law.mean(), law.std(), -law.b(), -law.a());
      case Fill.Cauchy law -> new CauchyQuantile(-law.loc(), law.scale());
      case Fill.Laplace law -> new LaplaceQuantile(-law.loc(), law.scale());
      case Fill.Exponential law ->
          new ExponentialQuantile(-INFINITY, 0, false, 1 / law.rate(), INFINITY);
      case Fill.OfUniform law -> new MappedQuantile(law.map(), true);
    };
  }

  /** A truncated normal law by the simplest formula that is right for its bounds. */
  static Quantile of(double mean, double std, double a, double b) {
    double lower = sigmas(a, mean, std);
    double upper = sigmas(b, mean, std);
    double width = sigmas(b, a, std);
    double anchor = lower >= 0 ? lower : Math.min(upper, 0);
    double steepness = Math.abs(anchor);
    if (width * (steepness + width / 2) < FLAT) {
      return new UniformQuantile(a, b);
    }
    if (steepness > STEEP) {
      return new ExponentialQuantile(a, b, anchor > 0, std / steepness, width * steepness);
    }
    return new NormalQuantile(mean, std, a, b, new NormalMass(lower, upper, width));
  }

  /** The distance in standard deviations, which may be infinite where x is. */
  private static double sigmas(double x, double from, double std) {
    double distance = x - from;
    boolean overflow = Double.isInfinite(distance) && Double.isFinite(x) && Double.isFinite(from);
    double sigmas = overflow ? x / std - from / std : distance / std;
    return Math.clamp(sigmas, -1e300, 1e300);
  }
}
