package org.initium.cpu;

import java.util.function.IntConsumer;

/**
 * Turns a tall Gaussian matrix, in place, into the product of its Householder reflectors, cut to
 * its columns and with the signs that make the law Haar's. The reflectors are handled by blocks, so
 * that nearly all the work is in matrix products. While the threads of a team apply a block to the
 * other columns, slab by slab, one of them makes the next block ready. The slabs do not depend on
 * the number of threads, and so neither do the matrix's bits.
 */
final class HouseholderQ {
  private static final int LEAST_BLOCK = 16;
  private static final int MOST_BLOCK = 256;
  private static final int STEP = 8;

  /** Columns that a thread takes at a time. */
  private static final int SLAB = 256;

  private final TallMatrix q;
  private final Blas blas;
  private final Team team;
  private final int n;
  private final int block;
  private final double[] signs;
  private final long panels;
  private final long w;
  private final long t;
  private final long tops;

  /** What a thread does to the columns {@code from} to {@code to - 1}. */
  @FunctionalInterface
  private interface Columns {
    void change(int from, int to);
  }

  /**
   * Prepares.
   *
   * @param work the address of {@link #workElements} elements
   */
  HouseholderQ(TallMatrix gaussian, long work, Team team) {
    this.q = gaussian;
    this.blas = gaussian.blas();
    this.team = team;
    this.n = gaussian.columns();
    this.block = block(q.rows(), n);
    this.signs = new double[n];
    this.panels = work;
    this.w = panels + 2 * bytes((long) q.ld() * block);
    this.t = w + bytes((long) n * block);
    this.tops = t + bytes((long) n * block);
    HostMemory.at(t, bytes((long) n * block)).fill((byte) 0);
  }

  private long bytes(long elements) {
    return elements * blas.dtype().bytes();
  }

  /** As wide a block as a fifth of the memory of a matrix of 512 or more has room for. */
  private static int block(int rows, int columns) {
    long room = (long) rows * columns / 5 - (long) (TallMatrix.ld(rows) - rows) * columns;
    int widest = Math.min(MOST_BLOCK, columns);
    while (widest > LEAST_BLOCK && elements(rows, columns, widest) > room) {
      widest -= widest % STEP == 0 ? STEP : widest % STEP;
    }
    return widest;
  }

  /** Of two panels, and what is V1 T for them; of W, and of T for all blocks. */
  private static long elements(int rows, int columns, int block) {
    return 2 * ((long) TallMatrix.ld(rows) + columns + block) * block;
  }

  /** How many elements are needed beside a matrix of so many rows and columns. */
  static long workElements(int rows, int columns) {
    return elements(rows, columns, block(rows, columns));
  }

  /** Q of the QR factorisation whose R has a positive diagonal. */
  void qr() {
    inPlace(0).factor(signs, 0);
    for (int j = 0; j + block < n; j += block) {
      Reflectors h = inPlace(j);
      int row = j;
      int next = j + block;
      int later = Math.min(next + block, n);
      step(
          () -> {
            reduce(h, row, next, later);
            inPlace(next).factor(signs, next);
          },
          later,
          (from, to) -> reduce(h, row, from, to));
    }
    multiply(j -> copied(j).multiplyTop());
  }

  /** The product of the reflectors of the columns' lower parts as they are (Stewart 1980). */
  void householder() {
    multiply(
        j -> {
          Reflectors h = copied(j);
          h.take(signs, j);
          h.multiplyTop();
        });
  }

  /**
   * Applies the blocks to the signed identity, the last one first.
   *
   * @param ready makes the block at a column ready, outside the matrix
   */
  private void multiply(IntConsumer ready) {
    int last = (n - 1) / block * block;
    ready.accept(last);
    for (int j = last; j >= 0; j -= block) {
      Reflectors h = beside(j);
      int row = j;
      step(
          () -> {
            if (row > 0) {
              ready.accept(row - block);
            }
            begin(h, row);
          },
          j + h.b(),
          (from, to) -> {
            project(h, h.b(), row, from, to);
            apply(h, Blas.NO_TRANS, row, from, to, 1);
            top(h, row, from, to);
          });
    }
  }

  /** One thread does what is first, and all share the columns from {@code from} on. */
  private void step(Runnable first, int from, Columns columns) {
    int slabs = Math.ceilDiv(n - from, SLAB);
    team.share(
        1 + slabs,
        1,
        (a, z, scratch) -> {
          for (int i = (int) a; i < z; i++) {
            if (i == 0) {
              first.run();
            } else {
              int start = from + (i - 1) * SLAB;
              columns.change(start, Math.min(start + SLAB, n));
            }
          }
        });
  }

  /** The block at column j, where its columns are. */
  private Reflectors inPlace(int j) {
    return reflectors(j, q.at(j, j));
  }

  /** The block at column j in memory of its own, which it shares with every other one. */
  private Reflectors beside(int j) {
    return reflectors(j, panels + j / block % 2 * bytes((long) q.ld() * block));
  }

  private Reflectors reflectors(int j, long v) {
    int b = Math.min(block, n - j);
    long top = tops + j / block % 2 * bytes((long) block * block);
    return new Reflectors(blas, q.rows() - j, b, v, q.ld(), t + bytes((long) j * block), top);
  }

  private Reflectors copied(int j) {
    Reflectors h = beside(j);
    for (int k = 0; k < h.b(); k++) {
      long bytes = bytes(h.height());
      HostMemory.at(h.v(0, k), bytes).copyFrom(HostMemory.at(q.at(j, j + k), bytes));
    }
    return h;
  }

  /** Later columns C become H'C, but for their first rows, which are R's and not needed. */
  private void reduce(Reflectors h, int row, int from, int to) {
    project(h, 0, row, from, to);
    apply(h, Blas.TRANS, row, from, to, 1);
  }

  /** The block's own columns of H times the signed identity. */
  private void begin(Reflectors h, int j) {
    int b = h.b();
    for (int k = 0; k < b; k++) {
      blas.copy(Blas.TRANS, 1, b, signs[j + k], h.v(k, 0), h.ld(), w(j + k, h), b);
    }
    apply(h, Blas.NO_TRANS, j, j, j + b, 0);
    top(h, j, j, j + b);
    for (int k = 0; k < b; k++) {
      long at = q.at(j + k, j + k);
      blas.set(at, blas.get(at) + signs[j + k]);
    }
  }

  /** The address of a column of W. */
  private long w(int column, Reflectors h) {
    return w + bytes((long) column * h.b());
  }

  /** W = V'C over the panel's rows from {@code start} down. */
  private void project(Reflectors h, int start, int row, int from, int to) {
    blas.gemm(
        Blas.TRANS,
        h.b(),
        to - from,
        h.height() - start,
        1,
        h.v(start, 0),
        h.ld(),
        q.at(row + start, from),
        q.ld(),
        0,
        w(from, h),
        h.b());
  }

  /** C = keep C - V T W below the panel's first b rows; in those, C becomes T W. */
  private void apply(Reflectors h, int trans, int row, int from, int to, int keep) {
    int b = h.b();
    int columns = to - from;
    long top = q.at(row, from);
    blas.gemm(trans, b, columns, b, 1, h.t(), b, w(from, h), b, 0, top, q.ld());
    if (h.height() > b) {
      blas.gemm(
          Blas.NO_TRANS,
          h.height() - b,
          columns,
          b,
          -1,
          h.v(b, 0),
          h.ld(),
          top,
          q.ld(),
          keep,
          q.at(row + b, from),
          q.ld());
    }
  }

  /** The first b rows of C: -V1 T W. */
  private void top(Reflectors h, int row, int from, int to) {
    int b = h.b();
    blas.gemm(
        Blas.NO_TRANS, b, to - from, b, -1, h.topT(), b, w(from, h), b, 0, q.at(row, from), q.ld());
  }
}
