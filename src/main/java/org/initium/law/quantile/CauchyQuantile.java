// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/**
 * {@code loc - scale cot(pi share)}: Cauchy's law. With theta = pi share and {@code y = -cot(theta
 * (1 + v))}, {@code dy/dv = theta (1 + y^2)}: that gives the terms of the series one by one, all
 * parts of a term with the same sign.
 */
record CauchyQuantile(double loc, double scale) implements Quantile {
  @Override
  public Series at(double share) {
    double theta = Math.PI * share;
    double[] terms = new double[DEGREE + 1];
    terms[0] = share > 0.25 ? -StrictMath.tan(Math.PI * (0.5 - share)) : -1 / StrictMath.tan(theta);
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
