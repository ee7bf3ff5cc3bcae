// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import java.util.List;
import org.initium.Fill;

/**
 * A truncated normal law from its lower bound on, and what kernels that make its table take.
 *
 * @param lower the bound a in standard deviations from the mean
 * @param upper the bound b in standard deviations from the mean
 * @param width how far they are from each other, in standard deviations
 */
public record NormalSide(
    double mean, double std, double a, double b, double lower, double upper, double width) {
  /**
   * The log of the density changes by less than this over the interval: it is flat to the last bit.
   */
  private static final double FLAT = 0x1p-55;

  /**
   * Beyond so many standard deviations from the mean the density is an exponential one: over the 40
   * / STEEP of them that have mass, the square of the distance changes nothing.
   */
  private static final double STEEP = 1e10;

  /**
   * What a law is known by. Of the usual one its numbers: a record's equals is spun when first
   * called, which takes 17 ms.
   */
  public static Object key(Fill.ByQuantile law) {
    return law instanceof Fill.TruncatedNormal normal
        ? List.of(normal.mean(), normal.std(), normal.a(), normal.b())
        : law;
  }

  /** Whether the law is that of its numbers with the other sign. */
  public static boolean isEven(Fill.TruncatedNormal law) {
    return law.mean() == 0 && law.a() == -law.b();
  }

  /** The law of a fill. */
  public static NormalSide of(Fill.TruncatedNormal law) {
    return of(law.mean(), law.std(), law.a(), law.b());
  }

  /** The law of the numbers that are those of a fill with the other sign. */
  public static NormalSide ofNegated(Fill.TruncatedNormal law) {
    return of(-law.mean(), law.std(), -law.b(), -law.a());
  }

  private static NormalSide of(double mean, double std, double a, double b) {
    return new NormalSide(
        mean, std, a, b, sigmas(a, mean, std), sigmas(b, mean, std), sigmas(b, a, std));
  }

  /** The distance in standard deviations, which may be infinite where x is. */
  private static double sigmas(double x, double from, double std) {
    double distance = x - from;
    boolean overflow = Double.isInfinite(distance) && Double.isFinite(x) && Double.isFinite(from);
    double sigmas = overflow ? x / std - from / std : distance / std;
    return Math.clamp(sigmas, -1e300, 1e300);
  }

  /** In the order of TruncatedSide in kernels/cpu/truncated.h. */
  public double[] numbers() {
    return new double[] {mean, std, a, b, lower, upper, width};
  }

  /** How far the point is from the mean where the density is largest. */
  double steepness() {
    return Math.abs(lower >= 0 ? lower : Math.min(upper, 0));
  }

  /** Whether the density is the same at both bounds. */
  boolean isFlat() {
    return width * (steepness() + width / 2) < FLAT;
  }

  /** Whether the density is an exponential one. */
  boolean isSteep() {
    return steepness() > STEEP;
  }

  /** Whether a normal density is what there is between the bounds, neither flat nor steep. */
  public boolean isNormal() {
    return !isFlat() && !isSteep();
  }
}
