// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/**
 * The mass of the standard normal law between a lower bound and a point below the upper bound, in
 * units of the density at the <em>anchor</em>: the point of the bounded interval where the density
 * is largest. Nothing underflows, however far out the interval is, and no digits cancel, however
 * near the point is to the bound.
 *
 * <p>Points are distances: {@link Point#d} from the lower bound where they are {@link Point#near}
 * it, else from the anchor (downwards where that is the upper bound), so that a small distance has
 * all of its digits. Only StrictMath and the basic operations are used: the same bits everywhere.
 */
final class NormalMass {
  /**
   * Where a point is.
   *
   * @param near whether d counts from the lower bound, else from the anchor
   * @param d the distance in standard deviations
   */
  record Point(boolean near, double d) {}

  /**
   * What there is between the lower bound and a point.
   *
   * @param mass in units of the density at the anchor
   * @param ratio the mass in units of the density at the point
   * @param z the point in standard deviations from the mean
   */
  record Below(double mass, double ratio, double z) {}

  /** The largest distance from the mean that has mass to speak of: exp(-40^2 / 2) has none. */
  private static final double REACH = 40;

  private static final int NODES = 12;
  private static final double[] NODE = new double[NODES];
  private static final double[] WEIGHT = new double[NODES];

  static {
    gaussLegendre();
  }

  private final double lower;
  private final double upper;
  private final double width;
  private final double anchor;
  private final double lowerDensity; // at the lower bound, in units of that at the anchor
  private final double belowLower; // the mass under the lower bound in the same units

  /** Between bounds that are so many standard deviations from the mean, and so far apart. */
  NormalMass(double lower, double upper, double width) {
    this.lower = lower;
    this.upper = upper;
    this.width = width;
    this.anchor = lower >= 0 ? lower : Math.min(upper, 0);
    // (lower^2 - anchor^2) / 2 without the cancellation of the squares
    double toAnchor = anchorIsLower() ? 0 : anchorIsUpper() ? width : -lower;
    this.lowerDensity = StrictMath.exp(toAnchor * (lower + anchor) / 2);
    this.belowLower = lower < 0 ? lowerDensity * Mills.ratio(-lower) : Double.NaN;
  }

  boolean anchorIsLower() {
    return lower >= 0;
  }

  boolean anchorIsUpper() {
    return lower < 0 && upper <= 0;
  }

  /** The mass of the whole interval. */
  double total() {
    double far = anchorIsLower() ? width : anchorIsUpper() ? 0 : upper;
    boolean near = isNear(width);
    return below(new Point(near, near ? width : far)).mass();
  }

  /** A point at a distance from the lower bound, which may have lost digits far away from it. */
  private Point farPoint(double fromLower) {
    if (anchorIsLower()) {
      return new Point(false, fromLower);
    }
    return new Point(false, anchorIsUpper() ? width - fromLower : lower + fromLower);
  }

  /** The same point, counted from the lower bound if it is near that, else from the anchor. */
  Point normal(Point point) {
    double fromLower =
        point.near() || anchorIsLower()
            ? point.d()
            : anchorIsUpper() ? width - point.d() : point.d() - lower;
    boolean near = isNear(fromLower);
    if (near == point.near()) {
      return point;
    }
    return near ? new Point(true, fromLower) : farPoint(fromLower);
  }

  private boolean isNear(double fromLower) {
    return fromLower * Math.max(1, Math.abs(lower) + fromLower) <= 1;
  }

  /** The same kind of point, further up by a step. */
  Point up(Point point, double step) {
    boolean down = !point.near() && anchorIsUpper();
    return new Point(point.near(), down ? point.d() - step : point.d() + step);
  }

  /** What there is between the lower bound and a point. */
  Below below(Point point) {
    double d = point.d();
    if (point.near()) {
      double scaled = nearLower(d);
      return new Below(
          scaled * lowerDensity, scaled / StrictMath.exp(-d * (lower + d / 2)), lower + d);
    }
    if (anchorIsLower()) {
      double density = StrictMath.exp(-d * (lower + d / 2));
      double mass = Mills.ratio(lower) - density * Mills.ratio(lower + d);
      return new Below(mass, mass / density, lower + d);
    }
    double z = anchorIsUpper() ? anchor - d : d;
    double density = StrictMath.exp(anchorIsUpper() ? d * (anchor - d / 2) : -z * z / 2);
    double mass =
        z <= 0
            ? density * Mills.ratio(-z) - belowLower
            : 2 * Mills.ratio(0) - density * Mills.ratio(z) - belowLower;
    return new Below(mass, mass / density, z);
  }

  /** The point below which there is this mass, to some digits. */
  Point bisect(double wanted) {
    boolean atBound = anchorIsLower() || anchorIsUpper();
    double from = atBound ? 0 : Math.max(lower, -REACH);
    // the density falls at least as fast as exp(-|anchor| d), and as exp(-d^2 / 2)
    double to =
        atBound ? Math.min(width, REACH / Math.max(1, Math.abs(anchor))) : Math.min(upper, REACH);
    Point middle = null;
    for (int i = 0; i < 100; i++) {
      double d = (from + to) / 2;
      middle = normal(new Point(false, d));
      if (below(middle).mass() < wanted != anchorIsUpper()) {
        from = d;
      } else {
        to = d;
      }
    }
    return middle;
  }

  /** The integral of exp(-lower s - s^2 / 2) over [0, d], by Gauss and Legendre's rule. */
  private double nearLower(double d) {
    double sum = 0;
    for (int i = 0; i < NODES; i++) {
      double s = NODE[i] * d;
      sum += WEIGHT[i] * StrictMath.exp(-s * (lower + s / 2));
    }
    return sum * d;
  }

  /** Nodes and weights on [0, 1], from the roots of the Legendre polynomial by Newton's method. */
  private static void gaussLegendre() {
    for (int i = 0; i < NODES; i++) {
      double x = StrictMath.cos(Math.PI * (i + 0.75) / (NODES + 0.5));
      double slope = 1;
      for (int step = 0; step < 8; step++) {
        double before = 1;
        double value = x;
        for (int n = 2; n <= NODES; n++) {
          double next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
          before = value;
          value = next;
        }
        slope = NODES * (x * value - before) / (x * x - 1);
        x -= value / slope;
      }
      NODE[i] = (1 + x) / 2;
      WEIGHT[i] = 1 / ((1 - x * x) * slope * slope);
    }
  }
}
