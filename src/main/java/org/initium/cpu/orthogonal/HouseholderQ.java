// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import java.util.function.IntConsumer;
import org.initium.blas.Blas;
import org.initium.blas.Matrix;
import org.initium.cpu.fill.Team;

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

  private final Matrix q;
  private final Blas blas;
  private final Team team;
  private final int n;
  private final int block;
  private final double[] signs;
  private final Matrix panel; // a block's columns
  private final Matrix w; // of each block, b rows
  private final Matrix t; // of each block

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
  HouseholderQ(Matrix gaussian, long work, Team team) {
    this.q = gaussian;
    this.blas = gaussian.blas();
    this.team = team;
    this.n = gaussian.columns();
    this.block = block(q.rows(), n);
    this.signs = new double[n];
    this.panel = new Matrix(blas, work, q.rows(), block, q.ld());
    this.w = new Matrix(blas, panel.at(0, block), block, n, block);
    this.t = new Matrix(blas, w.at(0, n), block, n, block);
    t.clear();
  }

  /** As wide a block as a fifth of the memory of a matrix of 512 or more has room for. */
  private static int block(int rows, int columns) {
    long room = (long) rows * columns / 5 - (long) (Matrix.ld(rows) - rows) * columns;
    int widest = Math.min(MOST_BLOCK, columns);
    while (widest > LEAST_BLOCK && elements(rows, columns, widest) > room) {
      widest -= widest % STEP == 0 ? STEP : widest % STEP;
    }
    return widest;
  }

  /** Of a panel, of W, and of T for all blocks. */
  private static long elements(int rows, int columns, int block) {
    return ((long) Matrix.ld(rows) + 2L * columns) * block;
  }

  /** How many elements are needed beside a matrix of so many rows and columns. */
  static long workElements(int rows, int columns) {
    return elements(rows, columns, block(rows, columns));
  }

  /** Q of the QR factorization whose R has a positive diagonal. */
  void qr() {
    reflectors(0).factor();
    for (int j = 0; j + block < n; j += block) {
      Reflectors h = reflectors(j);
      int row = j;
      int next = j + block;
      int later = Math.min(next + block, n);
      team.share(
          1 + Math.ceilDiv(n - later, SLAB),
          (slab, _) -> {
            int from = slab == 0 ? next : later + ((int) slab - 1) * SLAB;
            reduce(h, row, from, slab == 0 ? later : Math.min(from + SLAB, n));
            if (slab == 0) {
              reflectors(next).factor();
            }
          });
    }
    multiply(j -> {});
  }

  /** The product of the reflectors of the columns' lower parts as they are (Stewart 1980). */
  void householder() {
    multiply(j -> reflectors(j).take());
  }

  /** Shares columns, so many at a time. */
  private void share(int from, int to, int slab, Columns columns) {
    team.share(to - from, slab, (a, z) -> columns.change(from + (int) a, from + (int) z));
  }

  private int width(int j) {
    return Math.min(block, n - j);
  }

  /** The block at column j. */
  private Reflectors reflectors(int j) {
    int b = width(j);
    Matrix v = q.part(j, j, q.rows() - j, b);
    return new Reflectors(v, t.part(0, j, b, b), w.part(0, j, b, b), signs, j);
  }

  /** Later columns C become H'C, but for their first rows, which are R's and not needed. */
  private void reduce(Reflectors h, int row, int from, int to) {
    int b = h.v().columns();
    int height = h.v().rows();
    Matrix top = q.part(row, from, b, to - from);
    Matrix product = w.part(0, from, b, to - from);
    blas.gemm(1, Blas.TRANS, h.v(), q.part(row, from, height, to - from), 0, product);
    blas.gemm(1, Blas.TRANS, h.t(), product, 0, top);
    Matrix below = q.part(row + b, from, height - b, to - from);
    blas.gemm(-1, Blas.NO_TRANS, h.v().part(b, 0, height - b, b), top, 1, below);
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
      q.part(from, j, j - from, width(j)).clear();
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
      Matrix above = q.part(from, top, q.rows() - from, from - top);
      Matrix slab = q.part(from, from, q.rows() - from, to - from);
      blas.gemm(1, Blas.TRANS, above, slab, 0, q.part(top, from, from - top, to - from));
    }
  }

  /** Columns of the block at column j go to the panel; above it they become V's rows, signed. */
  private void enter(int j, int from, int to) {
    int columns = to - from;
    int below = j + width(j);
    Matrix all = q.part(0, from, q.rows(), columns);
    blas.copy(1, Blas.NO_TRANS, all, panel.part(0, from - j, q.rows(), columns));
    blas.copy(1, Blas.TRANS, q.part(from, 0, columns, j), all);
    for (int k = from; k < to; k++) {
      if (signs[k] < 0) {
        Matrix above = q.part(0, k, j, 1);
        blas.copy(-1, Blas.NO_TRANS, above, above);
      }
    }
    q.part(below, from, q.rows() - below, columns).clear();
  }

  /** W, block j's rows of X, in some columns, and its part in all other rows. */
  private void solve(int j, int from, int to) {
    int b = width(j);
    int columns = to - from;
    Matrix rows = q.part(j, from, b, columns);
    Matrix product = w.part(0, from, b, columns);
    for (int k = 0; k < b && from == j; k++) {
      blas.copy(signs[j + k], Blas.TRANS, panel.part(j + k, 0, 1, b), rows.part(0, k, b, 1));
    }
    blas.gemm(1, Blas.NO_TRANS, reflectors(j).t(), rows, 0, product);
    rows.clear();
    Matrix block = panel.part(0, 0, q.rows(), b);
    blas.gemm(-1, Blas.NO_TRANS, block, product, 1, q.part(0, from, q.rows(), columns));
    for (int k = j; k < j + b && from == j; k++) {
      q.set(k, k, q.get(k, k) + signs[k]);
    }
  }
}
