// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import java.util.function.Consumer;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cpu.fill.ElementaryFills;
import org.initium.cpu.fill.Team;
import org.initium.cpu.memory.HostMemory;

/**
 * Fills with a Haar-distributed matrix (or its columns, or rows), times gain. The matrix is made
 * column by column beside the tensor, tall, and then copied to the tensor's part and rounded.
 */
public final class OrthogonalFill {
  private OrthogonalFill() {}

  /** The order in which the Gaussian matrix's elements are drawn. */
  public enum Gaussian {
    /** Row by row of the tall one of the matrix and its transpose; any part at any time. */
    TALL,
    /** Row by row of the matrix, as torch.nn.init.orthogonal_ does, and all in one call. */
    AS_SHAPED
  }

  /**
   * Finds what would be wrong with a fill.
   *
   * @throws IllegalArgumentException if the matrix is too large for BLAS
   * @throws org.initium.InitiumException if there is no BLAS
   */
  public static void check(Tensor tensor, Fill.Orthogonal fill) {
    fill.checkSize(tensor.whole());
    Blas.of(tensor.dtype());
  }

  /** Fills a tensor with its part of the matrix, the tall Gaussian matrix drawn row by row. */
  public static void fill(
      Tensor tensor, Fill.Orthogonal fill, ElementaryFills fills, Consumer<Tensor> normals) {
    fill(tensor, fill, Gaussian.TALL, fills, normals);
  }

  /**
   * Fills a tensor with its part of the matrix.
   *
   * @param gaussian which element of the Gaussian matrix is which of the normals
   * @param fills who share the work, and the kernels that write the matrix
   * @param normals fills a region of a tensor, the Gaussian matrix in its order, with N(0,1); a
   *     region without elements where nothing of the matrix is of use
   */
  public static void fill(
      Tensor tensor,
      Fill.Orthogonal fill,
      Gaussian gaussian,
      ElementaryFills fills,
      Consumer<Tensor> normals) {
    Shape whole = tensor.whole();
    long rows = fill.rows(whole);
    long columns = whole.numel() / rows;
    Blas blas = Blas.of(tensor.dtype());
    if (tensor.shape().numel() == 0) {
      try (Tensor none = Tensor.empty(Shape.of(0), blas.dtype())) {
        normals.accept(none.shardOf(Shape.of(whole.numel()), 0));
      }
      return;
    }
    int longer = (int) Math.max(rows, columns);
    int shorter = (int) Math.min(rows, columns);
    int ld = TallMatrix.ld(longer);
    long bytes = Math.multiplyExact(elements(longer, shorter), (long) blas.dtype().bytes());
    long memory = HostMemory.allocate(bytes);
    try {
      TallMatrix q = new TallMatrix(blas, memory, longer, shorter, ld);
      boolean tall = rows >= columns;
      if (gaussian == Gaussian.TALL) {
        draw(q, fill.method() == Fill.Orthogonal.Method.HOUSEHOLDER, fills.team(), normals);
      } else {
        drawAsShaped(q, tall, normals);
      }
      blas.withOneThread(
          () -> {
            HouseholderQ work = new HouseholderQ(q, q.at(0, shorter), fills.team());
            switch (fill.method()) {
              case QR -> work.qr();
              case HOUSEHOLDER -> work.householder();
            }
          });
      new OrthogonalWriter(q, tall, fill.gain()).write(tensor, fills);
    } finally {
      HostMemory.free(memory, bytes);
    }
  }

  /** What is needed beside a tensor, for a tall matrix of so many rows and columns. */
  static long elements(int rows, int columns) {
    return Math.addExact(
        (long) TallMatrix.ld(rows) * columns, HouseholderQ.workElements(rows, columns));
  }

  /**
   * Makes the Gaussian matrix, some rows at a time.
   *
   * @param lower whether what is above its diagonal is of no use
   */
  private static void draw(TallMatrix q, boolean lower, Team team, Consumer<Tensor> normals) {
    q.shareRows(
        team,
        (row, count) -> {
          int width = lower ? Math.min(row + count, q.columns()) : q.columns();
          long bytes = (long) count * width * q.blas().dtype().bytes();
          long chunk = HostMemory.allocate(bytes);
          try {
            drawRows(q, row, count, width, chunk, normals);
          } finally {
            HostMemory.free(chunk, bytes);
          }
        });
  }

  /** Makes the first {@code width} elements of some rows. */
  private static void drawRows(
      TallMatrix q, int row, int count, int width, long chunk, Consumer<Tensor> normals) {
    normals.accept(
        Tensor.wrap(Device.CPU, chunk, Shape.of(count, width), q.blas().dtype())
            .shardOf(Shape.of(q.rows(), q.columns()), row, 0));
    q.blas().copy(Blas.TRANS, width, count, 1, chunk, width, q.at(row, 0), q.ld());
  }

  private static void drawAsShaped(TallMatrix q, boolean tall, Consumer<Tensor> normals) {
    long bytes = Math.multiplyExact((long) q.rows() * q.columns(), (long) q.blas().dtype().bytes());
    long all = HostMemory.allocate(bytes);
    try {
      if (tall) {
        drawRows(q, 0, q.rows(), q.columns(), all, normals);
        return;
      }
      normals.accept(
          Tensor.wrap(Device.CPU, all, Shape.of((long) q.rows() * q.columns()), q.blas().dtype()));
      q.blas().copy(Blas.NO_TRANS, q.rows(), q.columns(), 1, all, q.rows(), q.address(), q.ld());
    } finally {
      HostMemory.free(all, bytes);
    }
  }
}
