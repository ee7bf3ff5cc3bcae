// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import java.util.function.Consumer;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.blas.Blas;
import org.initium.blas.Matrix;
import org.initium.cpu.fill.ReferenceFills;
import org.initium.cpu.memory.HostMemory;
import org.initium.torch.Workers;

/**
 * Fills with a Haar-distributed matrix (or its columns, or rows), times gain. The matrix is made
 * column by column beside the tensor, tall, and then copied to the tensor's part and rounded.
 */
public final class OrthogonalFill {
  private OrthogonalFill() {}

  /** Elements that a thread copies at a time, and stay in its cache. */
  private static final int CHUNK = 1 << 14;

  /** Columns that are drawn at a time where what is above the diagonal is of no use. */
  private static final int SLAB = 256;

  /** Elements of a cache line, of the least type. */
  private static final int LINE = 16;

  /**
   * Rows that are transposed at a time: more of them, often powers of two apart, push each other
   * out of the cache.
   */
  private static final int FEW = 4;

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

  /**
   * Fills a tensor with its part of the matrix.
   *
   * @param asShaped whether the Gaussian matrix is drawn row by row of the matrix, as
   *     torch.nn.init.orthogonal_ does; else of the tall one of it and its transpose
   * @param fills who share the work, and the kernels that write the matrix
   * @param normals fills a region of a tensor, the Gaussian matrix, with N(0,1); a region without
   *     elements where nothing of the matrix is of use
   */
  public static void fill(
      Tensor tensor,
      Fill.Orthogonal fill,
      boolean asShaped,
      ReferenceFills fills,
      Consumer<Tensor> normals) {
    Shape whole = tensor.whole();
    long rows = fill.rows(whole);
    long columns = whole.numel() / rows;
    boolean tall = rows >= columns;
    Blas blas = Blas.of(tensor.dtype());
    if (tensor.shape().numel() == 0) {
      try (Tensor none = Tensor.empty(Shape.of(0), blas.dtype())) {
        normals.accept(none.shardOf(Shape.of(whole.numel()), 0));
      }
      return;
    }
    int longer = (int) Math.max(rows, columns);
    int shorter = (int) Math.min(rows, columns);
    long bytes = Math.multiplyExact(elements(longer, shorter), (long) blas.dtype().bytes());
    long memory = HostMemory.allocate(bytes);
    try {
      Matrix q = new Matrix(blas, memory, longer, shorter, Matrix.ld(longer));
      boolean lower = fill.method() == Fill.Orthogonal.Method.HOUSEHOLDER && !asShaped;
      for (int j = 0, step = lower ? SLAB : shorter; j < shorter; j += step) {
        Tensor part = gaussian(q, j, Math.min(step, shorter - j));
        normals.accept(tall || !asShaped ? part : part.permute(1, 0));
      }
      blas.withOneThread(
          () -> {
            HouseholderQ work = new HouseholderQ(q, q.at(0, shorter), fills.team());
            switch (fill.method()) {
              case QR -> work.qr();
              case HOUSEHOLDER -> work.householder();
            }
          });
      write(q, tall, fill.gain(), tensor, fills);
    } finally {
      HostMemory.free(memory, bytes);
    }
  }

  /** What is needed beside a tensor, for a tall matrix of so many rows and columns. */
  static long elements(int rows, int columns) {
    return Math.addExact(
        (long) Matrix.ld(rows) * columns, HouseholderQ.workElements(rows, columns));
  }

  /**
   * Columns of the Gaussian matrix from their diagonal down, drawn as those of a matrix without
   * gaps.
   */
  private static Tensor gaussian(Matrix q, int j, int columns) {
    Shape part = Shape.of(q.rows() - j, columns);
    long[] strides = {1, q.ld()};
    return Tensor.wrap(Device.CPU, q.at(j, j), part, strides, q.blas().dtype())
        .shardOf(Shape.of(q.rows(), q.columns()), j, j);
  }

  /** Writes the matrix, or its transpose, times gain, to the tensor's part of it. */
  private static void write(
      Matrix q, boolean tall, double gain, Tensor tensor, ReferenceFills fills) {
    boolean plain =
        tensor.dtype() == q.blas().dtype()
            && tensor.shape().equals(tensor.whole())
            && tensor.isContiguous();
    if (!plain) {
      long rows = tall ? q.rows() : q.columns();
      fills.matrix(tensor, q.address(), rows, tall ? 1 : q.ld(), tall ? q.ld() : 1, gain);
      return;
    }
    long address = tensor.storage().address() + tensor.memoryOffset() * tensor.dtype().bytes();
    int width = tall ? q.columns() : q.rows();
    int height = tall ? q.rows() : q.columns();
    Matrix target = new Matrix(q.blas(), address, width, height, width); // by rows of the tensor
    int piece = Math.max(CHUNK / q.columns() / LINE, 1) * LINE;
    int step = tall ? FEW : piece;
    Workers.Part copies =
        (from, to) -> {
          for (long at = from; at < to; at += step) {
            int row = (int) at;
            int count = (int) Math.min(step, to - at);
            Matrix part = q.part(row, 0, count, q.columns());
            if (tall) {
              q.blas().copy(gain, Blas.TRANS, part, target.part(0, row, width, count));
            } else {
              q.blas().copy(gain, Blas.NO_TRANS, part, target.part(row, 0, count, height));
            }
          }
        };
    fills.team().share(q.rows(), piece, copies);
  }
}
