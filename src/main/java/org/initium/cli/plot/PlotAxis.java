// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.plot;

import org.initium.text.Text;

/**
 * Where values are on the axis of a plot. The library that draws it counts its ticks up from one
 * end to the other: between neighboring doubles it would never get there, and widths of 1e308 or
 * 1e-310 are no numbers to divide by. Such ranges are drawn from 0 to 1 under labels of their own.
 *
 * @param exponent the values are scaled by 2^-exponent
 * @param start then counted from here
 * @param length in units of this
 */
record PlotAxis(int exponent, double start, double length) {
  private static final PlotAxis PLAIN = new PlotAxis(0, 0, 1);

  /** For values of that range, which has more than one. */
  static PlotAxis of(double min, double max) {
    double size = Math.max(Math.abs(min), Math.abs(max));
    if (size > 1e-30 && size < 1e30 && max - min > 1e-2 * size) {
      return PLAIN;
    }
    int exponent = Math.getExponent(size) + 1;
    double start = Math.scalb(min, -exponent);
    return new PlotAxis(exponent, start, Math.scalb(max, -exponent) - start);
  }

  /** Where a value is drawn. */
  double at(double value) {
    return (Math.scalb(value, -exponent) - start) / length;
  }

  /** How wide a difference of values is drawn. */
  double width(double difference) {
    return Math.scalb(difference, -exponent) / length;
  }

  /** What the title of the axis says of it. */
  String note() {
    if (this == PLAIN) {
      return "";
    }
    String from = TensorStatistics.number(Math.scalb(start, exponent));
    double above = Math.scalb(length, exponent);
    return Double.isFinite(above)
        ? Text.format("; 0 is %s, 1 is %s above", from, TensorStatistics.number(above))
        : Text.format(
            "; 0 is %s, 1 is %s",
            from, TensorStatistics.number(Math.scalb(start + length, exponent)));
  }
}
