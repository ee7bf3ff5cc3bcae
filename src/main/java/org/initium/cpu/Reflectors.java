package org.initium.cpu;

/**
 * A block of Householder reflectors, H = H_0 ... H_{b-1} = I - V U^-1 V', in a column-major panel
 * of {@code height} rows and {@code b} columns.
 *
 * <p>A reflector is I - 2 v v' / v'v, where v is a column x from its diagonal down, with x0
 * replaced by x0 + sign(x0) |x|; it is kept unscaled. U is the upper triangle of V'V with its
 * diagonal halved (Puglisi 1992; Joffrain, Low, Quintana-Orti, van de Geijn, Van Zee 2006): the
 * block is orthogonal to rounding whatever V is, and U is made by matrix products alone.
 *
 * @param v the address of V, whose upper triangle is zero once the reflectors are made
 * @param u the address of U: b x b, column-major
 * @param scratch the address of room for b x b elements
 */
record Reflectors(Blas blas, int height, int b, long v, long u, long scratch) {
  /** Panels as narrow as this are factored a column at a time. */
  private static final int NARROW = 8;

  /** The address of an element of V. */
  long v(int i, int k) {
    return v + ((long) k * height + i) * blas.dtype().bytes();
  }

  private long u(int i, int k) {
    return u + ((long) k * b + i) * blas.dtype().bytes();
  }

  /**
   * Makes the reflectors of the columns' lower parts as they are (Stewart 1980).
   *
   * @param signs gets the signs of what the reflectors turn the columns into, from {@code at} on
   */
  void take(double[] signs, int at) {
    double[] diagonal = new double[b];
    for (int k = 0; k < b; k++) {
      diagonal[k] = reflector(k, signs, at);
    }
    blas.gram(b, height, v, height, u, b);
    for (int k = 0; k < b; k++) {
      blas.set(u(k, k), diagonal[k]);
    }
  }

  /** Makes the reflectors of the panel's QR factorisation; R itself is not kept. */
  void factor(double[] signs, int at) {
    factor(0, b, signs, at);
  }

  /** QR of columns c to c + width: of the left half, then of the right, which lacks its R. */
  private void factor(int c, int width, double[] signs, int at) {
    if (width <= NARROW) {
      narrow(c, width, signs, at);
      return;
    }
    int left = (width / 2 + NARROW - 1) / NARROW * NARROW;
    int right = width - left;
    int mid = c + left;
    factor(c, left, signs, at);
    inner(c, left, c, mid, right, scratch, left);
    blas.solve(Blas.TRANS, left, right, u(c, c), b, scratch, left);
    blas.gemm(
        Blas.COLUMN_MAJOR,
        Blas.NO_TRANS,
        Blas.NO_TRANS,
        height - mid,
        right,
        left,
        -1,
        v(mid, c),
        height,
        scratch,
        left,
        1,
        v(mid, mid),
        height);
    factor(mid, right, signs, at);
    inner(c, left, mid, mid, right, u(c, mid), b);
  }

  /** Columns c.. of V' times columns d.., from row {@code from} down. */
  private void inner(int c, int width, int from, int d, int others, long result, int ld) {
    blas.gemm(
        Blas.COLUMN_MAJOR,
        Blas.TRANS,
        Blas.NO_TRANS,
        width,
        others,
        height - from,
        1,
        v(from, c),
        height,
        v(from, d),
        height,
        0,
        result,
        ld);
  }

  private void narrow(int c, int width, double[] signs, int at) {
    for (int k = c; k < c + width; k++) {
      double half = reflector(k, signs, at);
      blas.set(u(k, k), half);
      int right = c + width - k - 1;
      if (right > 0) {
        blas.gemv(height - k, right, v(k, k + 1), height, v(k, k), scratch);
        blas.ger(height - k - 1, right, -1 / half, v(k + 1, k), scratch, v(k + 1, k + 1), height);
      }
      if (k > c) {
        blas.gemv(height - k, k - c, v(k, c), height, v(k, k), u(c, k));
      }
    }
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
    HostMemory.at(v(0, k), (long) k * bytes).fill((byte) 0);
    signs[at + k] = -sign;
    return (below + v0 * v0) / 2;
  }
}
