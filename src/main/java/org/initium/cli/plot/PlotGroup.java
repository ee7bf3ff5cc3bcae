// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.plot;

import java.util.ArrayList;
import java.util.List;

/** Tensors that are drawn in one panel, or named in one line: the first of them, and a count. */
final class PlotGroup {
  private final String name;
  private final int mostCurves;
  private final List<TensorStatistics> curves = new ArrayList<>(1);
  private boolean spread;
  private double mean;
  private int count;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  /**
   * An empty group.
   *
   * @param mostCurves of the tensors that are kept to be drawn
   */
  PlotGroup(String name, int mostCurves) {
    this.name = name;
    this.mostCurves = mostCurves;
  }

  void add(TensorStatistics s) {
    if (count++ == 0) {
      spread = s.max() > s.min();
      mean = s.mean();
    }
    min = Math.min(min, s.min());
    max = Math.max(max, s.max());
    if (spread && curves.size() < mostCurves) {
      curves.add(s);
    }
  }

  String name() {
    return name;
  }

  int count() {
    return count;
  }

  /** Of the first. */
  double mean() {
    return mean;
  }

  /** Whether the first has different values, so that there is something to draw. */
  boolean isSpread() {
    return spread;
  }

  double min() {
    return min;
  }

  double max() {
    return max;
  }

  List<TensorStatistics> curves() {
    return curves;
  }
}
