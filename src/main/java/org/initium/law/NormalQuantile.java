package org.initium.law;

import org.initium.law.NormalMass.Below;
import org.initium.law.NormalMass.Point;

/**
 * A point of a truncated normal law by the share of its mass below it, moved from one half down in
 * small relative steps, and the Taylor series of the point in the share's relative change v: {@code
 * point(share (1 + v)) = point(share) + sum_n T_n v^n}.
 *
 * <p>With mass y, {@code dz/dy = 1 / phi(z)} and so {@code d^n z / dy^n = H_n(z) (dz/dy)^n, H_1 =
 * 1, H_(n+1) = H_n' + n z H_n} (Steinbrecher and Shaw, "Quantile mechanics", 2008). In r = y /
 * phi(z), which stays small where z is large, {@code T_n = r sum_j h(n, j) (z r)^(n-1-2j) (r^2)^j /
 * n!}.
 */
final class NormalQuantile {
  /** The highest power of the series. */
  static final int DEGREE = 10;

  /** The largest distance from the anchor that has mass to speak of: exp(-40^2 / 2) has none. */
  private static final double REACH = 40;

  private static final double[][] H = coefficients();

  private final NormalMass law;
  private final double total;
  private final double[] series = new double[DEGREE + 1];
  private Point point;
  private double share = 0.5;

  NormalQuantile(NormalMass law) {
    this.law = law;
    this.total = law.total();
    this.point = law.bisect(total / 2, REACH);
    solve();
  }

  /** h[n][j] / n!, where h[n][j] is the coefficient of z^(n-1-2j) in H_n. */
  private static double[][] coefficients() {
    double[][] h = new double[DEGREE + 1][];
    h[1] = new double[] {1};
    for (int n = 1; n < DEGREE; n++) {
      h[n + 1] = new double[n / 2 + 1];
      for (int j = 0; j < h[n].length; j++) {
        int power = n - 1 - 2 * j;
        h[n + 1][j] += n * h[n][j];
        if (power > 0) {
          h[n + 1][j + 1] += power * h[n][j];
        }
      }
    }
    double factorial = 1;
    for (int n = 2; n <= DEGREE; n++) {
      factorial *= n;
      for (int j = 0; j < h[n].length; j++) {
        h[n][j] /= factorial;
      }
    }
    return h;
  }

  /** Moves to the point that has this share of the mass below it. */
  void moveTo(double next) {
    double v = next / share - 1;
    double step = 0;
    for (int n = DEGREE; n > 0; n--) {
      step = (step + series[n]) * v;
    }
    point = law.normal(law.up(point, step));
    share = next;
    solve();
  }

  /** Newton's method on the logarithm of the mass, which is concave in the point. */
  private void solve() {
    Below below = law.below(point);
    for (double off = 1; Math.abs(off) > 0x1p-26; ) { // the next error is of its square's order
      off = StrictMath.log(share * total / below.mass());
      point = law.normal(law.up(point, off * below.ratio()));
      below = law.below(point);
    }
    double r = below.ratio();
    double zr = below.z() * r;
    for (int n = 1; n <= DEGREE; n++) {
      double sum = 0;
      for (int j = 0; j < H[n].length; j++) {
        sum += H[n][j] * power(zr, n - 1 - 2 * j) * power(r * r, j);
      }
      series[n] = sum * r;
    }
  }

  private static double power(double x, int n) {
    double product = 1;
    for (int i = 0; i < n; i++) {
      product *= x;
    }
    return product;
  }

  Point point() {
    return point;
  }

  /** T_n: how far the point moves up per v^n, in standard deviations. */
  double series(int n) {
    return series[n];
  }
}
