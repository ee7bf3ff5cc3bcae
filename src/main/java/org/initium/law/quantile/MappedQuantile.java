// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import org.initium.function.PowerSeries;
import org.initium.function.UniformMap;

/** A smooth function of a uniform, from one of its ends: its own Taylor series. */
final class MappedQuantile implements Quantile {
  private final UniformMap map;
  private final double from;
  private final double width;
  private final double sign;
  private PowerSeries series;

  /**
   * From the end {@code a} upwards, or from the end {@code b} downwards the numbers with the other
   * sign.
   */
  MappedQuantile(UniformMap map, boolean negated) {
    this.map = map;
    this.from = negated ? map.b() : map.a();
    this.width = negated ? map.a() - map.b() : map.b() - map.a();
    this.sign = negated ? -1 : 1;
    moveTo(0.5);
  }

  @Override
  public void moveTo(double share) {
    series = map.series(Math.fma(width, share, from), width * share);
  }

  @Override
  public double base() {
    return 0;
  }

  @Override
  public double offset() {
    return series.get(0);
  }

  @Override
  public double scale() {
    return sign;
  }

  @Override
  public double series(int n) {
    return series.get(n);
  }
}
