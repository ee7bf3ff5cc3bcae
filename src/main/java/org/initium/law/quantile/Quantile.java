// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import java.util.stream.IntStream;
import org.initium.Fill;
import org.initium.function.PowerSeries;
import org.initium.function.UniformMap;

/**
 * A point of a law by the share of its mass that is below it, and the Taylor series of the point in
 * the share's relative change v: {@code point(share (1 + v)) = base + scale sum_n T_n v^n}. The
 * share begins at one half and goes down in small relative steps.
 */
interface Quantile {
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
  record Series(double base, double scale, double[] terms) {
    /**
     * Of {@code c log(A + B s)}, a multiple of the logarithm of a line in the share s: the terms
     * are {@code c (-1)^(n + 1) beta^n / n, beta = B s / (A + B s)}.
     *
     * @param point the first term, its value
     */
    static Series ofLog(double base, double scale, double point, double c, double beta) {
      double[] terms = new double[DEGREE + 1];
      terms[0] = point;
      double power = -c;
      for (int n = 1; n <= DEGREE; n++) {
        power *= -beta;
        terms[n] = power / n;
      }
      return new Series(base, scale, terms);
    }
  }

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
      case Fill.Cauchy law -> new OfCauchy(law.loc(), law.scale());
      case Fill.Laplace law -> new OfLaplace(law.loc(), law.scale());
      case Fill.Exponential law -> new Exponential(0, INFINITY, true, 1 / law.rate(), INFINITY);
      case Fill.OfUniform law -> new Mapped(law.map(), false);
    };
  }

  /** The law of the numbers that are those of a fill with the other sign. */
  static Quantile ofNegated(Fill.ByQuantile fill) {
    return switch (fill) {
      case Fill.TruncatedNormal law -> of(NormalSide.ofNegated(law));
      case Fill.Cauchy law -> new OfCauchy(-law.loc(), law.scale());
      case Fill.Laplace law -> new OfLaplace(-law.loc(), law.scale());
      case Fill.Exponential law -> new Exponential(-INFINITY, 0, false, 1 / law.rate(), INFINITY);
      case Fill.OfUniform law -> new Mapped(law.map(), true);
    };
  }

  /** The simplest formula that is right for the bounds. */
  private static Quantile of(NormalSide side) {
    if (side.isFlat()) {
      return new Flat(side.a(), side.b());
    }
    if (side.isSteep()) {
      double distance = side.steepness();
      return new Exponential(
          side.a(), side.b(), side.lower() > 0, side.std() / distance, side.width() * distance);
    }
    return new NormalQuantile(side);
  }

  /** Between bounds so near to each other that the density is the same at both. */
  record Flat(double a, double b) implements Quantile {
    @Override
    public Series at(double share) {
      double[] terms = new double[DEGREE + 1];
      terms[0] = share;
      terms[1] = share;
      return new Series(a, b - a, terms);
    }
  }

  /** {@code loc + scale log(2 share)}: Laplace's law below its median. */
  record OfLaplace(double loc, double scale) implements Quantile {
    @Override
    public Series at(double share) {
      return Series.ofLog(loc, scale, StrictMath.log(2 * share), 1, 1);
    }
  }

  /**
   * Bounds so far from the mean that the density between them is {@code exp(-t)}, with t the
   * distance from the bound nearer to the mean in units of {@code std / |that bound in standard
   * deviations|}.
   *
   * <p>With the extent E of the interval, a share s from the steep bound is {@code t = -log1p(-s (1
   * - exp(-E)))}; from the other end {@code t = -log(exp(-E) + s (1 - exp(-E)))}, which near that
   * end is E less {@code log1p(s (exp(E) - 1))}.
   */
  record Exponential(double a, double b, boolean lowerIsSteep, double scale, double extent)
      implements Quantile {
    @Override
    public Series at(double share) {
      double mass = -StrictMath.expm1(-extent);
      if (lowerIsSteep) {
        double beta = -share * mass / (1 - share * mass);
        return Series.ofLog(a, scale, -StrictMath.log1p(-share * mass), -1, beta);
      }
      if (extent < 700 && share * StrictMath.expm1(extent) <= 1) {
        double grown = share * StrictMath.expm1(extent);
        return Series.ofLog(a, scale, StrictMath.log1p(grown), 1, grown / (1 + grown));
      }
      double rest = StrictMath.exp(-extent);
      double beta = share * mass / (rest + share * mass);
      return Series.ofLog(b, scale, StrictMath.log(rest + share * mass), 1, beta);
    }
  }

  /**
   * {@code loc - scale cot(pi share)}: Cauchy's law. With theta = pi share and {@code y =
   * -cot(theta (1 + v))}, {@code dy/dv = theta (1 + y^2)}: that gives the terms of the series one
   * by one, all parts of a term with the same sign.
   */
  record OfCauchy(double loc, double scale) implements Quantile {
    @Override
    public Series at(double share) {
      double theta = Math.PI * share;
      double[] terms = new double[DEGREE + 1];
      terms[0] =
          share > 0.25 ? -StrictMath.tan(Math.PI * (0.5 - share)) : -1 / StrictMath.tan(theta);
      for (int n = 0; n < DEGREE; n++) {
        double square = n == 0 ? 1 : 0;
        for (int k = 0; k <= n; k++) {
          square += terms[k] * terms[n - k];
        }
        terms[n + 1] = theta * square / (n + 1);
      }
      return new Series(loc, scale, terms);
    }
  }

  /**
   * A smooth function of a uniform, by its own Taylor series: from the end {@code a} upwards, or
   * from the end {@code b} downwards the numbers with the other sign.
   */
  record Mapped(UniformMap map, boolean negated) implements Quantile {
    @Override
    public Series at(double share) {
      double from = negated ? map.b() : map.a();
      double width = negated ? map.a() - map.b() : map.b() - map.a();
      PowerSeries series = map.series(Math.fma(width, share, from), width * share);
      double[] terms = IntStream.rangeClosed(0, DEGREE).mapToDouble(series::get).toArray();
      return new Series(0, negated ? -1 : 1, terms);
    }
  }
}
