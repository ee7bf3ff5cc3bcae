// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import org.initium.law.quantile.NormalMass.Below;
import org.initium.law.quantile.NormalMass.Point;

/**
 * Of any bounds: by Newton's method on the mass. kernels/cpu/truncated.h is the same once more, for
 * tables that a first fill does not wait for.
 *
 * <p>With mass y, {@code dz/dy = 1 / phi(z)} and so {@code d^n z / dy^n = H_n(z) (dz/dy)^n, H_1 =
 * 1, H_(n+1) = H_n' + n z H_n} (Steinbrecher and Shaw, "Quantile mechanics", 2008). In r = y /
 * phi(z), which stays small where z is large, {@code T_n = r sum_j h(n, j) (z r)^(n-1-2j) (r^2)^j /
 * n!}.
 */
final class NormalQuantile implements Quantile {
  private static final double[][] H = coefficients();

  private final NormalSide side;
  private final NormalMass law;
  private final double total;
  private final double[] terms = new double[DEGREE + 1];
  private final double[] zr = new double[DEGREE]; // powers of z r
  private final double[] rr = new double[DEGREE / 2]; // powers of r^2
  private Point point;
  private double share = 0.5; // that of the point

  NormalQuantile(NormalSide side) {
    this.side = side;
    this.law = new NormalMass(side.lower(), side.upper(), side.width());
    this.total = law.total();
    this.point = law.bisect(total / 2);
    solve();
  }

  /** From the point of the share before, which is near. */
  @Override
  public Series at(double next) {
    double v = next / share - 1;
    double step = 0;
    for (int n = DEGREE; n > 0; n--) {
      step = (step + terms[n]) * v;
    }
    point = law.normal(law.up(point, step));
    share = next;
    solve();
    boolean down = !point.near() && law.anchorIsUpper();
    terms[0] = down ? -point.d() : point.d();
    double base =
        point.near() || law.anchorIsLower()
            ? side.a()
            : law.anchorIsUpper() ? side.b() : side.mean();
    return new Series(base, side.std(), terms);
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

  /** Newton's method on the logarithm of the mass, which is concave in the point. */
  private void solve() {
    Below below = law.below(point);
    for (double off = 1; Math.abs(off) > 0x1p-26; ) { // the next error is of its square's order
      off = StrictMath.log(share * total / below.mass());
      point = law.normal(law.up(point, off * below.ratio()));
      below = law.below(point);
    }
    double r = below.ratio();
    powers(below.z() * r, zr);
    powers(r * r, rr);
    for (int n = 1; n <= DEGREE; n++) {
      double sum = 0;
      for (int j = 0; j < H[n].length; j++) {
        sum += H[n][j] * zr[n - 1 - 2 * j] * rr[j];
      }
      terms[n] = sum * r;
    }
  }

  private static void powers(double x, double[] powers) {
    powers[0] = 1;
    for (int n = 1; n < powers.length; n++) {
      powers[n] = powers[n - 1] * x;
    }
  }
}
