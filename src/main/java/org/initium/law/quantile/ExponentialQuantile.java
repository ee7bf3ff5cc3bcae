// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/**
 * Bounds so far from the mean that the density between them is {@code exp(-t)}, with t the distance
 * from the bound nearer to the mean in units of {@code std / |that bound in standard deviations|}.
 *
 * <p>With the extent E of the interval, a share s from the steep bound is {@code t = -log1p(-s (1 -
 * exp(-E)))}; from the other end {@code t = -log(exp(-E) + s (1 - exp(-E)))}, which near that end
 * is E less {@code log1p(s (exp(E) - 1))}. All three are {@code c log(A + B s)}, whose series in v
 * has the terms {@code c (-1)^(n + 1) beta^n / n, beta = B s / (A + B s)}.
 */
record ExponentialQuantile(double a, double b, boolean lowerIsSteep, double scale, double extent)
    implements Quantile {
  @Override
  public Series at(double share) {
    double mass = -StrictMath.expm1(-extent);
    if (lowerIsSteep) {
      double beta = -share * mass / (1 - share * mass);
      return series(a, -StrictMath.log1p(-share * mass), -1, beta);
    }
    if (extent < 700 && share * StrictMath.expm1(extent) <= 1) {
      double grown = share * StrictMath.expm1(extent);
      return series(a, StrictMath.log1p(grown), 1, grown / (1 + grown));
    }
    double rest = StrictMath.exp(-extent);
    double beta = share * mass / (rest + share * mass);
    return series(b, StrictMath.log(rest + share * mass), 1, beta);
  }

  private Series series(double base, double offset, double c, double beta) {
    double[] terms = new double[DEGREE + 1];
    terms[0] = offset;
    double power = -c;
    for (int n = 1; n <= DEGREE; n++) {
      power *= -beta;
      terms[n] = power / n;
    }
    return new Series(base, scale, terms);
  }
}
