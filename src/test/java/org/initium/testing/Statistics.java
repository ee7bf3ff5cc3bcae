// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Tests of samples against laws. All samples are seeded, so that a test that passes goes on
 * passing; each states how seldom a right generator would fail it with another seed.
 */
public final class Statistics {
  /** What a right generator exceeds once in 10^9 tests: Kolmogorov's law. */
  private static final double KOLMOGOROV = 3.27;

  /** Normal deviations that are exceeded, on either side, once in 10^9. */
  private static final double SIGMAS = 6.11;

  private Statistics() {}

  /** sqrt(n) times the largest distance of the distribution functions; false alarms: 1e-9. */
  public static void kolmogorovSmirnov(double[] sample, DoubleUnaryOperator below) {
    double[] sorted = sample.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double worst = 0;
    for (int i = 0; i < n; i++) {
      double expected = below.applyAsDouble(sorted[i]);
      worst = Math.max(worst, Math.max(expected - (double) i / n, (i + 1.0) / n - expected));
    }
    check(worst * Math.sqrt(n), KOLMOGOROV, "Kolmogorov and Smirnov's distance");
  }

  /** Counts of equally likely classes; false alarms: about 1e-9. */
  public static void equallyLikely(long[] counts) {
    double expected = (double) Arrays.stream(counts).sum() / counts.length;
    double sum = 0;
    for (long count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    double freedom = counts.length - 1;
    // Wilson and Hilferty: the cube root of chi-square is nearly normal
    double deviation =
        (Math.cbrt(sum / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
    check(Math.abs(deviation), SIGMAS, "chi-square of " + sum + " in deviations");
  }

  /** A mean of n values against its law's; false alarms: 1e-9. */
  public static void mean(String what, double mean, double expected, double variance, long n) {
    check(Math.abs(mean - expected) / Math.sqrt(variance / n), SIGMAS, what + " = " + mean);
  }

  /** A count of rare events against Poisson's law; false alarms: below 1e-9. */
  public static void rare(String what, long count, double expected) {
    double logTail = 0; // Chernoff's bound of either tail
    if (count != expected) {
      double ratio = count / expected;
      logTail = expected * (ratio == 0 ? 1 : ratio * Math.log(ratio) - ratio + 1);
    }
    check(logTail, Math.log(1e9), what + ": " + count + " for " + expected);
  }

  private static void check(double value, double limit, String what) {
    if (!(value <= limit)) {
      throw new AssertionError(what + ": " + value + " is more than " + limit);
    }
  }
}
