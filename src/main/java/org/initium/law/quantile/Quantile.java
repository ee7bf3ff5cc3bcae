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

  /** Whether the law is that of its numbers with the other sign. */
  static boolean isEven(Fill.ByQuantile fill) {
    return fill instanceof Fill.TruncatedNormal law && NormalSide.isEven(law);
  }

  /** The law of a fill. */
  static Quantile of(Fill.ByQuantile fill) {
    if (fill instanceof Fill.TruncatedNormal law) { // the usual one; a switch takes a start 5 ms
      return of(NormalSide.of(law));
    }
    return switch (fill) {
      case Fill.TruncatedNormal law -> of(NormalSide.of(law));
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
      case Fill.TruncatedNormal law -> of(NormalSide.ofNegated(law));
      case Fill.Cauchy law -> new CauchyQuantile(-law.loc(), law.scale());
      case Fill.Laplace law -> new LaplaceQuantile(-law.loc(), law.scale());
      case Fill.Exponential law ->
          new ExponentialQuantile(-INFINITY, 0, false, 1 / law.rate(), INFINITY);
      case Fill.OfUniform law -> new MappedQuantile(law.map(), true);
    };
  }

  /** The simplest formula that is right for the bounds. */
  private static Quantile of(NormalSide side) {
    if (side.isFlat()) {
      return new UniformQuantile(side.a(), side.b());
    }
    if (side.isSteep()) {
      double distance = side.steepness();
      return new ExponentialQuantile(
          side.a(), side.b(), side.lower() > 0, side.std() / distance, side.width() * distance);
    }
    return new NormalQuantile(side);
  }
}
