package org.initium.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Turns a tall Gaussian matrix, in place, into the product of its Householder reflectors, cut to
 * its columns and with the signs that make the law Haar's. The reflectors are handled by blocks, so
 * that nearly all the work is in matrix products.
 */
final class HouseholderQ implements AutoCloseable {
  private static final int LEAST_BLOCK = 32;
  private static final int MOST_BLOCK = 128;
  private static final int STEP = 8;

  private final TallMatrix q;
  private final Blas blas;
  private final int n;
  private final int block;
  private final double[] signs;
  private final MemorySegment memory;
  private final long panel;
  private final long w;
  private final long u;
  private final long scratch;

  /**
   * Takes the work space.
   *
   * @throws org.initium.OutOfMemoryException if there is not so much
   */
  HouseholderQ(TallMatrix gaussian) {
    this.q = gaussian;
    this.blas = gaussian.blas();
    this.n = gaussian.columns();
    this.block = block(gaussian);
    this.signs = new double[n];
    this.memory = HostMemory.allocate(workBytes(gaussian));
    long bytes = (long) block * blas.dtype().bytes();
    this.scratch = memory.address();
    this.w = scratch + block * bytes;
    this.u = w + n * bytes;
    this.panel = u + n * bytes;
  }

  /** As wide a block as a fifth of the memory of a matrix of 512 or more has room for. */
  private static int block(TallMatrix q) {
    long room = (long) q.rows() * q.columns() / 5;
    long widest = room / (q.rows() + 2L * q.columns() + MOST_BLOCK) / STEP * STEP;
    return Math.min(q.columns(), Math.clamp(widest, LEAST_BLOCK, MOST_BLOCK));
  }

  /** The bytes taken beside the matrix: a panel, W, all U, and a square of a block. */
  static long workBytes(TallMatrix q) {
    int block = block(q);
    return (q.rows() + 2L * q.columns() + block) * block * q.blas().dtype().bytes();
  }

  /** Q of the QR factorisation whose R has a positive diagonal. */
  void qr() {
    for (int j = 0; j < n; j += block) {
      Reflectors h = reflectors(j);
      h.factor(signs, j);
      q.write(j, h.b(), panel);
      reduce(j, h);
    }
    for (int j = lastBlock(); j >= 0; j -= block) {
      form(j, reflectors(j));
    }
  }

  /** The product of the reflectors of the columns' lower parts as they are (Stewart 1980). */
  void householder() {
    for (int j = lastBlock(); j >= 0; j -= block) {
      Reflectors h = reflectors(j);
      h.take(signs, j);
      form(j, h);
    }
  }

  private int lastBlock() {
    return (n - 1) / block * block;
  }

  /** The block at column j, with that part of the matrix in its panel. */
  private Reflectors reflectors(int j) {
    int b = Math.min(block, n - j);
    q.read(j, b, panel);
    long ownU = u + (long) j * block * blas.dtype().bytes();
    return new Reflectors(blas, q.rows() - j, b, panel, ownU, scratch);
  }

  /** Later columns C become H'C, but for their first rows, which are R's and not needed. */
  private void reduce(int j, Reflectors h) {
    int b = h.b();
    int later = n - j - b;
    if (later > 0) {
      project(h, 0, later, q.at(j, j + b), w);
      solve(h, Blas.TRANS, later);
      subtract(h, b, later, q.at(j + b, j + b));
    }
  }

  /**
   * Columns j.. of Q from row j down: H times the signed identity in the block's own columns and
   * times what the later columns have become, which is zero in the block's rows.
   */
  private void form(int j, Reflectors h) {
    int b = h.b();
    int width = n - j;
    int bytes = blas.dtype().bytes();
    for (int k = 0; k < b; k++) {
      for (int i = 0; i < b; i++) {
        blas.set(w + ((long) k * b + i) * bytes, blas.get(h.v(k, i)) * signs[j + k]);
      }
    }
    if (width > b) {
      project(h, b, width - b, q.at(j + b, j + b), w + (long) b * b * bytes);
    }
    solve(h, Blas.NO_TRANS, width);
    q.clear(j, h.height(), j, b);
    q.clear(j, b, j + b, width - b);
    for (int k = 0; k < b; k++) {
      blas.set(q.at(j + k, j + k), signs[j + k]);
    }
    subtract(h, 0, width, q.at(j, j));
  }

  /** W = V'C over the panel's rows from {@code from} down; W is column-major. */
  private void project(Reflectors h, int from, int columns, long c, long target) {
    blas.gemm(
        Blas.COLUMN_MAJOR,
        Blas.TRANS,
        q.trans(),
        h.b(),
        columns,
        h.height() - from,
        1,
        h.v(from, 0),
        h.height(),
        c,
        q.ld(),
        0,
        target,
        h.b());
  }

  /** W = U^-1 W or U'^-1 W. */
  private void solve(Reflectors h, int trans, int columns) {
    blas.solve(trans, h.b(), columns, h.u(), h.b(), w, h.b());
  }

  /** C -= V W over the panel's rows from {@code from} down. */
  private void subtract(Reflectors h, int from, int columns, long c) {
    blas.gemm(
        q.order(),
        q.trans(),
        q.trans(),
        h.height() - from,
        columns,
        h.b(),
        -1,
        h.v(from, 0),
        h.height(),
        w,
        h.b(),
        1,
        c,
        q.ld());
  }

  @Override
  public void close() {
    HostMemory.free(memory);
  }
}
