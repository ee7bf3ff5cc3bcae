// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/** {@code loc + scale log(2 share)}: Laplace's law below its median. */
final class LaplaceQuantile implements Quantile {
  private final double loc;
  private final double scale;
  private double share = 0.5;

  LaplaceQuantile(double loc, double scale) {
    this.loc = loc;
    this.scale = scale;
  }

  @Override
  public void moveTo(double next) {
    share = next;
  }

  @Override
  public double base() {
    return loc;
  }

  @Override
  public double offset() {
    return StrictMath.log(2 * share);
  }

  @Override
  public double scale() {
    return scale;
  }

  /** Of log(1 + v). */
  @Override
  public double series(int n) {
    return (n % 2 == 0 ? -1.0 : 1.0) / n;
  }
}
