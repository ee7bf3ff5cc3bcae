// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/** Between bounds so near to each other that the density is the same at both. */
final class UniformQuantile implements Quantile {
  private final double a;
  private final double width;
  private double share = 0.5;

  UniformQuantile(double a, double b) {
    this.a = a;
    this.width = b - a;
  }

  @Override
  public void moveTo(double next) {
    share = next;
  }

  @Override
  public double base() {
    return a;
  }

  @Override
  public double offset() {
    return share;
  }

  @Override
  public double scale() {
    return width;
  }

  @Override
  public double series(int n) {
    return n == 1 ? share : 0;
  }
}
