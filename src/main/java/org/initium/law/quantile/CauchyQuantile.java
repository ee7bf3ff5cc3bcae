// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/**
 * {@code loc - scale cot(pi share)}: Cauchy's law. With theta = pi share and {@code y = -cot(theta
 * (1 + v))}, {@code dy/dv = theta (1 + y^2)}: that gives the terms of the series one by one, all
 * parts of a term with the same sign.
 */
final class CauchyQuantile implements Quantile {
  private final double loc;
  private final double scale;
  private final double[] series = new double[DEGREE + 1];

  CauchyQuantile(double loc, double scale) {
    this.loc = loc;
    this.scale = scale;
    moveTo(0.5);
  }

  @Override
  public void moveTo(double share) {
    double theta = Math.PI * share;
    series[0] =
        share > 0.25 ? -StrictMath.tan(Math.PI * (0.5 - share)) : -1 / StrictMath.tan(theta);
    for (int n = 0; n < DEGREE; n++) {
      double square = n == 0 ? 1 : 0;
      for (int k = 0; k <= n; k++) {
        square += series[k] * series[n - k];
      }
      series[n + 1] = theta * square / (n + 1);
    }
  }

  @Override
  public double base() {
    return loc;
  }

  @Override
  public double offset() {
    return series[0];
  }

  @Override
  public double scale() {
    return scale;
  }

  @Override
  public double series(int n) {
    return series[n];
  }
}
