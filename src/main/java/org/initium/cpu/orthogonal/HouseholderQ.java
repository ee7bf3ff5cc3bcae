// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import java.util.function.IntConsumer;
import org.initium.cpu.fill.Team;
import org.initium.cpu.memory.HostMemory;

/**
 * Turns a tall Gaussian matrix, in place, into the product of its Householder reflectors, cut to
 * its columns and with the signs that make the law Haar's. The reflectors are handled by blocks, so
 * that nearly all the work is in matrix products. The slabs of columns that threads take do not
 * depend on the number of threads, and so neither do the matrix's bits.
 *
 * <p>With V the reflectors' vectors, lower triangular, and S the upper triangle of V'V with its
 * diagonal halved, the product is I - V inverse(S) V'. S goes where the matrix has no vectors,
 * above the diagonal. Then, for each block of columns from the last to the first, X = inverse(S)V'
 * gets its rows and the product its columns: one matrix product of the full height, [S; V] X, takes
 * these rows' part out of the equations above them and adds it to the product below.
 */
final class HouseholderQ {
  private static final int LEAST_BLOCK = 16;
  private static final int MOST_BLOCK = 64;
  private static final int STEP = 8;

  /** Columns that a thread takes at a time: of the matrix that is factored. */
  private static final int SLAB = 256;

  /** The most of the product: an even number of equal slabs, for two threads. */
  private static final int WIDE = 384;

  /** About so many of S: most of a slab's rows are made by one product. */
  private static final int GRAM = 128;

  /** Of the block that goes to the panel. */
  private static final int FEW = 16;

  /** Slabs are a multiple of so many columns, a cache line of the lesser type. */
  private static final int LINE = 16;

  private final TallMatrix q;
  private final Blas blas;
  private final Team team;
  private final int n;
  private final int block;
  private final double[] signs;
  private final long panel;
  private final long w;
  private final long t;

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
    this.panel = work;
    this.w = panel + bytes((long) q.ld() * block);
    this.t = w + bytes((long) n * block);
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

  /** Of a panel, of W, and of T for all blocks. */
  private static long elements(int rows, int columns, int block) {
    return ((long) TallMatrix.ld(rows) + 2L * columns) * block;
  }

  /** How many elements are needed beside a matrix of so many rows and columns. */
  static long workElements(int rows, int columns) {
    return elements(rows, columns, block(rows, columns));
  }

  /** Q of the QR factorization whose R has a positive diagonal. */
  void qr() {
    reflectors(0).factor(signs, 0);
    for (int j = 0; j + block < n; j += block) {
      Reflectors h = reflectors(j);
      int row = j;
      int next = j + block;
      int later = Math.min(next + block, n);
      step(
          () -> {
            reduce(h, row, next, later);
            reflectors(next).factor(signs, next);
          },
          later,
          (from, to) -> reduce(h, row, from, to));
    }
    multiply(j -> {});
  }

  /** The product of the reflectors of the columns' lower parts as they are (Stewart 1980). */
  void householder() {
    multiply(j -> reflectors(j).take(signs, j));
  }

  /** One thread does what is first, and all share the columns from {@code from} on. */
  private void step(Runnable first, int from, Columns columns) {
    int slabs = Math.ceilDiv(n - from, SLAB);
    team.share(
        1 + slabs,
        1,
        (a, z) -> {
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

  /** Shares columns, so many at a time. */
  private void share(int from, int to, int slab, Columns columns) {
    team.share(
        to - from,
        slab,
        (a, z) -> {
          for (int start = from + (int) a; start < from + z; start += slab) {
            columns.change(start, Math.min(start + slab, to));
          }
        });
  }

  private int width(int j) {
    return Math.min(block, n - j);
  }

  /** The block at column j. */
  private Reflectors reflectors(int j) {
    return new Reflectors(
        blas, q.rows() - j, width(j), q.at(j, j), q.ld(), t + bytes((long) j * block), w(j));
  }

  /** The address of a column of W. */
  private long w(int column) {
    return w + bytes((long) column * block);
  }

  /** Later columns C become H'C, but for their first rows, which are R's and not needed. */
  private void reduce(Reflectors h, int row, int from, int to) {
    int b = h.b();
    int columns = to - from;
    long top = q.at(row, from);
    blas.gemm(Blas.TRANS, b, columns, h.height(), 1, h.v(), h.ld(), top, q.ld(), 0, w(from), b);
    blas.gemm(Blas.TRANS, b, columns, b, 1, h.t(), b, w(from), b, 0, top, q.ld());
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
        1,
        q.at(row + b, from),
        q.ld());
  }

  /**
   * Multiplies the reflectors.
   *
   * @param ready makes the reflectors of the block at a column, and T: the inverse of its S
   */
  private void multiply(IntConsumer ready) {
    share(0, n, Math.max(GRAM / block, 1) * block, (from, to) -> gram(ready, from, to));
    for (int j = (n - 1) / block * block; j >= 0; j -= block) {
      int row = j;
      int slabs = 2 * Math.ceilDiv(n - j, 2 * WIDE);
      int slab = Math.ceilDiv(Math.ceilDiv(n - j, slabs), LINE) * LINE;
      share(j, j + width(j), FEW, (from, to) -> enter(row, from, to));
      share(j, n, Math.max(slab, block), (from, to) -> solve(row, from, to));
    }
  }

  /** Makes blocks ready, and what of S is above them. */
  private void gram(IntConsumer ready, int from, int to) {
    for (int j = from; j < to; j += block) {
      ready.accept(j);
      for (int k = j; k < j + width(j); k++) {
        HostMemory.at(q.at(from, k), bytes(j - from)).fill((byte) 0);
      }
    }
    inner(0, from, to);
    for (int j = from + block; j < to; j += block) {
      inner(from, j, j + width(j));
    }
  }

  /**
   * S above row {@code from}, from row {@code top} down, in the columns {@code from} to {@code to -
   * 1}.
   */
  private void inner(int top, int from, int to) {
    if (from > top) {
      blas.gemm(
          Blas.TRANS,
          from - top,
          to - from,
          q.rows() - from,
          1,
          q.at(from, top),
          q.ld(),
          q.at(from, from),
          q.ld(),
          0,
          q.at(top, from),
          q.ld());
    }
  }

  /** The address of an element of the panel that holds the block at column j. */
  private long panel(int i, int j, int column) {
    return panel + bytes((long) (column - j) * q.ld() + i);
  }

  /** Columns of the block at column j go to the panel; above it they become V's rows, signed. */
  private void enter(int j, int from, int to) {
    int columns = to - from;
    int below = j + width(j);
    blas.copy(
        Blas.NO_TRANS, q.rows(), columns, 1, q.at(0, from), q.ld(), panel(0, j, from), q.ld());
    blas.copy(Blas.TRANS, columns, j, 1, q.at(from, 0), q.ld(), q.at(0, from), q.ld());
    for (int k = from; k < to; k++) {
      if (signs[k] < 0) {
        blas.copy(Blas.NO_TRANS, j, 1, -1, q.at(0, k), q.ld(), q.at(0, k), q.ld());
      }
      HostMemory.at(q.at(below, k), bytes(q.rows() - below)).fill((byte) 0);
    }
  }

  /** W, block j's rows of X, in some columns, and its part in all other rows. */
  private void solve(int j, int from, int to) {
    int b = width(j);
    int columns = to - from;
    long rows = q.at(j, from);
    for (int k = j; k < j + b && from == j; k++) {
      blas.copy(Blas.TRANS, 1, b, signs[k], panel(k, j, j), q.ld(), q.at(j, k), b);
    }
    blas.gemm(Blas.NO_TRANS, b, columns, b, 1, reflectors(j).t(), b, rows, q.ld(), 0, w(from), b);
    blas.copy(Blas.NO_TRANS, b, columns, 0, rows, q.ld(), rows, q.ld());
    blas.gemm(
        Blas.NO_TRANS,
        q.rows(),
        columns,
        b,
        -1,
        panel,
        q.ld(),
        w(from),
        b,
        1,
        q.at(0, from),
        q.ld());
    for (int k = j; k < j + b && from == j; k++) {
      blas.set(q.at(k, k), blas.get(q.at(k, k)) + signs[k]);
    }
  }
}
