// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import org.initium.cpu.memory.HostMemory;

/**
 * A block of Householder reflectors, H = H_0 ... H_{b-1} = I - V T V', in a panel of {@code height}
 * rows and {@code b} columns. All is column-major.
 *
 * <p>A reflector is I - 2 v v' / v'v, where v is a column x from its diagonal down, with x0
 * replaced by x0 + sign(x0) |x|; it is kept unscaled. T is the inverse of the upper triangle of V'V
 * with its diagonal halved (Puglisi 1992; Joffrain, Low, Quintana-Orti, van de Geijn, Van Zee
 * 2006): the block is orthogonal to rounding whatever V is, and T is made by matrix products.
 *
 * @param v the address of V, whose upper triangle is zero once the reflectors are made
 * @param ld the distance between V's columns
 * @param t the address of T, b x b, whose lower triangle stays zero
 * @param scratch the address of b x b elements
 */
record Reflectors(Blas blas, int height, int b, long v, int ld, long t, long scratch) {
  /** Panels as narrow as this are factored a column at a time. */
  private static final int NARROW = 8;

  /** The address of an element of V. */
  long v(int i, int k) {
    return v + ((long) k * ld + i) * blas.dtype().bytes();
  }

  private long t(int i, int k) {
    return t + ((long) k * b + i) * blas.dtype().bytes();
  }

  /**
   * Makes the reflectors of the columns' lower parts as they are (Stewart 1980).
   *
   * @param signs gets the signs of what the reflectors turn the columns into, from {@code at} on
   */
  void take(double[] signs, int at) {
    for (int k = 0; k < b; k++) {
      blas.set(t(k, k), reflector(k, signs, at));
    }
    inner(0, b, 0, 0, b, scratch, b);
    for (int k = 0; k < b; k++) {
      copy(scratch + (long) k * b * blas.dtype().bytes(), t(0, k), k);
    }
    invert(0, b);
  }

  /** Makes the reflectors of the panel's QR factorization; R itself is not kept. */
  void factor(double[] signs, int at) {
    factor(0, b, signs, at);
  }

  /** QR of columns c to c + width: of the left half, then of the right, which lacks its R. */
  private void factor(int c, int width, double[] signs, int at) {
    if (width <= NARROW) {
      narrow(c, width, signs, at);
      return;
    }
    int left = half(width);
    int right = width - left;
    int mid = c + left;
    long product = scratch + (long) b * b / 2 * blas.dtype().bytes();
    factor(c, left, signs, at);
    inner(c, left, c, mid, right, scratch, left);
    blas.gemm(Blas.TRANS, left, right, left, 1, t(c, c), b, scratch, left, 0, product, left);
    blas.gemm(
        Blas.NO_TRANS,
        height - mid,
        right,
        left,
        -1,
        v(mid, c),
        ld,
        product,
        left,
        1,
        v(mid, mid),
        ld);
    factor(mid, right, signs, at);
    inner(c, left, mid, mid, right, t(c, mid), b);
    join(c, left, right);
  }

  private static int half(int width) {
    return Math.ceilDiv(width / 2, NARROW) * NARROW;
  }

  /** Columns c.. of V' times columns d.., from row {@code from} down. */
  private void inner(int c, int width, int from, int d, int others, long result, int ldc) {
    blas.gemm(
        Blas.TRANS,
        width,
        others,
        height - from,
        1,
        v(from, c),
        ld,
        v(from, d),
        ld,
        0,
        result,
        ldc);
  }

  private void narrow(int c, int width, double[] signs, int at) {
    for (int k = c; k < c + width; k++) {
      double half = reflector(k, signs, at);
      blas.set(t(k, k), half);
      int right = c + width - k - 1;
      if (right > 0) {
        blas.gemv(height - k, right, v(k, k + 1), ld, v(k, k), scratch);
        blas.ger(height - k - 1, right, -1 / half, v(k + 1, k), scratch, v(k + 1, k + 1), ld);
      }
      if (k > c) {
        blas.gemv(height - k, k - c, v(k, c), ld, v(k, k), t(c, k));
      }
    }
    invert(c, width);
  }

  /** Makes column k a reflector and returns v'v / 2. */
  private double reflector(int k, double[] signs, int at) {
    long x = v(k, k);
    int bytes = blas.dtype().bytes();
    double below = blas.dot(height - k - 1, x + bytes, x + bytes);
    double x0 = blas.get(x);
    double sign = x0 < 0 ? -1 : 1;
    double v0 = blas.dtype().round(x0 + sign * Math.sqrt(below + x0 * x0));
    if (v0 == 0) {
      v0 = 1; // a column of zeros: any reflector will do
    }
    blas.set(x, v0);
    clear(v(0, k), k);
    signs[at + k] = -sign;
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
      double pivot = 1 / blas.get(t(c + k, c + k));
      for (int l = 0; l < k; l++) {
        double u = blas.get(t(c + l, c + k));
        for (int i = 0; i <= l; i++) {
          inverse[i][k] -= inverse[i][l] * u * pivot;
        }
      }
      inverse[k][k] = pivot;
      for (int i = 0; i <= k; i++) {
        blas.set(t(c + i, c + k), inverse[i][k]);
      }
    }
  }

  /** Between two inverted triangles, U12 becomes -T11 U12 T22. */
  private void join(int c, int left, int right) {
    int mid = c + left;
    blas.gemm(Blas.NO_TRANS, left, right, right, 1, t(c, mid), b, t(mid, mid), b, 0, scratch, left);
    blas.gemm(Blas.NO_TRANS, left, right, left, -1, t(c, c), b, scratch, left, 0, t(c, mid), b);
  }

  private void copy(long source, long target, int count) {
    long bytes = (long) count * blas.dtype().bytes();
    HostMemory.at(target, bytes).copyFrom(HostMemory.at(source, bytes));
  }

  private void clear(long address, int count) {
    HostMemory.at(address, (long) count * blas.dtype().bytes()).fill((byte) 0);
  }
}
