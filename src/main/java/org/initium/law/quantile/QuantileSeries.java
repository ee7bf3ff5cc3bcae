// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import java.util.Arrays;
import org.initium.Fill;

/**
 * The inverse distribution function of a law as a table of polynomials. A random number of B bits,
 * or its complement where its top bit is set, is m; {@code f = m + 1/2}, and {@code f 2^-B} is the
 * share of the mass between the element and the bound on that side. Each octave of f is cut into
 * {@value #PER_OCTAVE} segments, so that the resolution is relative to the distance from the bound,
 * and in each the element is a polynomial in s, the place in the segment from -1/2 to 1/2.
 */
public final class QuantileSeries {
  /** Segments of an octave. */
  public static final int PER_OCTAVE = 16;

  /** Coefficients in s, of s^0 first. */
  public static final int COEFFICIENTS = Quantile.DEGREE + 1;

  private QuantileSeries() {}

  /** Takes the coefficients of a segment: [1 / 2, 1 + 1 / PER_OCTAVE times that) is segment 0. */
  @FunctionalInterface
  public interface Rows {
    void put(int row, double[] coefficients);
  }

  /**
   * Computes the segments from the lower bound into rows 0 to {@code segments - 1}, those from the
   * upper bound behind them.
   *
   * @param bits how many random bits there are
   * @param largest the greatest number that a coefficient may be: a segment that goes beyond it is
   *     that number, since sums of infinite ones have no value
   */
  public static void compute(
      Fill.ByQuantile law, int bits, int segments, double largest, Rows rows) {
    boolean even = Quantile.isEven(law);
    for (int side = 0; side < (even ? 1 : 2); side++) {
      Quantile quantile = side == 0 ? Quantile.of(law) : Quantile.ofNegated(law);
      // From the segments with the most mass down, so that each starts from the one before.
      for (int row = segments - 1; row >= 0; row--) {
        double[] c = segment(quantile, bits, row);
        saturate(c, largest);
        double[] negated = new double[COEFFICIENTS];
        for (int n = 0; n < COEFFICIENTS; n++) {
          negated[n] = -c[n];
        }
        if (side == 0) {
          rows.put(row, c);
        }
        if (side == 1 || even) {
          rows.put(segments + row, negated);
        }
      }
    }
  }

  private static void saturate(double[] c, double largest) {
    double reach = 0;
    for (double each : c) {
      reach += Math.abs(each);
    }
    if (!(reach <= largest)) {
      double all = Math.copySign(largest, c[0]);
      Arrays.fill(c, 0);
      c[0] = all;
    }
  }

  private static double[] segment(Quantile quantile, int bits, int row) {
    double[] c = new double[COEFFICIENTS];
    double within = PER_OCTAVE + row % PER_OCTAVE + 0.5;
    Quantile.Series series =
        quantile.at(Math.scalb(within / PER_OCTAVE, row / PER_OCTAVE - 1 - bits));
    double scale = series.scale();
    c[0] = Math.fma(series.terms()[0], scale, series.base());
    for (int n = 1; n < COEFFICIENTS; n++) {
      scale /= within;
      c[n] = series.terms()[n] * scale;
    }
    return c;
  }
}
