// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import org.initium.blas.Blas;
import org.initium.blas.Matrix;

/**
 * A block of Householder reflectors, H = H_0 ... H_{b-1} = I - V T V', in a panel of b columns.
 *
 * <p>A reflector is I - 2 v v' / v'v, where v is a column x from its diagonal down, with x0
 * replaced by x0 + sign(x0) |x|; it is kept unscaled. T is the inverse of the upper triangle of V'V
 * with its diagonal halved (Puglisi 1992; Joffrain, Low, Quintana-Orti, van de Geijn, Van Zee
 * 2006): the block is orthogonal to rounding whatever V is, and T is made by matrix products.
 *
 * @param v V, whose upper triangle is zero once the reflectors are made
 * @param t T, whose lower triangle stays zero
 * @param scratch as large as T
 * @param signs gets the signs of what the reflectors turn the columns into, from {@code first} on
 */
record Reflectors(Matrix v, Matrix t, Matrix scratch, double[] signs, int first) {
  /** Panels as narrow as this are factored a column at a time. */
  private static final int NARROW = 8;

  private Blas blas() {
    return v.blas();
  }

  /** Makes the reflectors of the columns' lower parts as they are (Stewart 1980). */
  void take() {
    int b = v.columns();
    for (int k = 0; k < b; k++) {
      t.set(k, k, reflector(k));
    }
    inner(0, b, 0, 0, b, scratch);
    for (int k = 1; k < b; k++) {
      blas().copy(1, Blas.NO_TRANS, scratch.part(0, k, k, 1), t.part(0, k, k, 1));
    }
    invert(0, b);
  }

  /** Makes the reflectors of the panel's QR factorization; R itself is not kept. */
  void factor() {
    factor(0, v.columns());
  }

  /** QR of columns c to c + width: of the left half, then of the right, which lacks its R. */
  private void factor(int c, int width) {
    if (width <= NARROW) {
      narrow(c, width);
      return;
    }
    int left = half(width);
    int right = width - left;
    int mid = c + left;
    Matrix sum = scratch.part(0, 0, left, right);
    Matrix corner = t.part(c, mid, left, right); // T's, which has nothing yet
    factor(c, left);
    inner(c, left, c, mid, right, sum);
    blas().gemm(1, Blas.TRANS, t.part(c, c, left, left), sum, 0, corner);
    blas().gemm(-1, Blas.NO_TRANS, below(mid, c, left), corner, 1, below(mid, mid, right));
    factor(mid, right);
    inner(c, left, mid, mid, right, corner);
    join(c, left, right);
  }

  /** Columns of V from row i down. */
  private Matrix below(int i, int column, int columns) {
    return v.part(i, column, v.rows() - i, columns);
  }

  private static int half(int width) {
    return Math.ceilDiv(width / 2, NARROW) * NARROW;
  }

  /** Columns c.. of V' times columns d.., from row {@code from} down. */
  private void inner(int c, int width, int from, int d, int others, Matrix result) {
    blas().gemm(1, Blas.TRANS, below(from, c, width), below(from, d, others), 0, result);
  }

  private void narrow(int c, int width) {
    for (int k = c; k < c + width; k++) {
      double half = reflector(k);
      t.set(k, k, half);
      int right = c + width - k - 1;
      long y = scratch.address();
      if (right > 0) {
        blas().gemv(below(k, k + 1, right), v.at(k, k), y);
        blas().ger(-1 / half, v.at(k + 1, k), y, below(k + 1, k + 1, right));
      }
      if (k > c) {
        blas().gemv(below(k, c, k - c), v.at(k, k), t.at(c, k));
      }
    }
    invert(c, width);
  }

  /** Makes column k a reflector and returns v'v / 2. */
  private double reflector(int k) {
    double below = blas().square(v.rows() - k - 1, v.at(k + 1, k));
    double x0 = v.get(k, k);
    double sign = x0 < 0 ? -1 : 1;
    double v0 = blas().dtype().round(x0 + sign * Math.sqrt(below + x0 * x0));
    if (v0 == 0) {
      v0 = 1; // a column of zeros: any reflector will do
    }
    v.set(k, k, v0);
    v.part(0, k, k, 1).clear();
    signs[first + k] = -sign;
    return (below + v0 * v0) / 2;
  }

  /** Turns the upper triangle at column c of T into its inverse. */
  private void invert(int c, int width) {
    if (width > NARROW) {
      int left = half(width);
      invert(c, left);
      invert(c + left, width - left);
      join(c, left, width - left);
      return;
    }
    double[][] inverse = new double[width][width];
    for (int k = 0; k < width; k++) {
      double pivot = 1 / t.get(c + k, c + k);
      for (int l = 0; l < k; l++) {
        double u = t.get(c + l, c + k);
        for (int i = 0; i <= l; i++) {
          inverse[i][k] -= inverse[i][l] * u * pivot;
        }
      }
      inverse[k][k] = pivot;
      for (int i = 0; i <= k; i++) {
        t.set(c + i, c + k, inverse[i][k]);
      }
    }
  }

  /** Between two inverted triangles, U12 becomes -T11 U12 T22. */
  private void join(int c, int left, int right) {
    int mid = c + left;
    Matrix corner = t.part(c, mid, left, right);
    Matrix product = scratch.part(0, 0, left, right);
    blas().gemm(1, Blas.NO_TRANS, corner, t.part(mid, mid, right, right), 0, product);
    blas().gemm(-1, Blas.NO_TRANS, t.part(c, c, left, left), product, 0, corner);
  }
}
