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
final class ExponentialQuantile implements Quantile {
  private final double a;
  private final double b;
  private final boolean lowerIsSteep;
  private final double scale;
  private final double extent;
  private boolean fromLower;
  private double offset;
  private double beta;
  private double sign;

  ExponentialQuantile(double a, double b, boolean lowerIsSteep, double scale, double extent) {
    this.a = a;
    this.b = b;
    this.lowerIsSteep = lowerIsSteep;
    this.scale = scale;
    this.extent = extent;
    moveTo(0.5);
  }

  @Override
  public void moveTo(double share) {
    double mass = -StrictMath.expm1(-extent);
    if (lowerIsSteep) {
      fromLower = true;
      beta = -share * mass / (1 - share * mass);
      offset = -StrictMath.log1p(-share * mass);
      sign = -1;
    } else if (extent < 700 && share * StrictMath.expm1(extent) <= 1) {
      double grown = share * StrictMath.expm1(extent);
      fromLower = true;
      beta = grown / (1 + grown);
      offset = StrictMath.log1p(grown);
      sign = 1;
    } else {
      double rest = StrictMath.exp(-extent);
      fromLower = false;
      beta = share * mass / (rest + share * mass);
      offset = StrictMath.log(rest + share * mass);
      sign = 1;
    }
  }

  @Override
  public double base() {
    return fromLower ? a : b;
  }

  @Override
  public double offset() {
    return offset;
  }

  @Override
  public double scale() {
    return scale;
  }

  @Override
  public double series(int n) {
    double power = n % 2 == 0 ? -sign : sign;
    for (int i = 0; i < n; i++) {
      power *= beta;
    }
    return power / n;
  }
}
