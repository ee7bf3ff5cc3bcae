package org.initium.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;

/**
 * Fills with a Haar-distributed matrix (or its columns, or rows), times gain. A whole contiguous
 * f32 or f64 tensor is worked on in place; any other takes a matrix beside it, which is copied to
 * the tensor's part and rounded.
 */
final class OrthogonalFill {
  /** Elements that are transposed, or copied by a thread, at a time. */
  private static final long CHUNK = 1 << 16;

  private OrthogonalFill() {}

  /** The order in which the Gaussian matrix's elements are drawn. */
  enum Gaussian {
    /** Row by row of the tall one of the matrix and its transpose. */
    TALL,
    /** Row by row of the matrix, as torch.nn.init.orthogonal_ does. */
    AS_SHAPED
  }

  /**
   * Finds what would be wrong with a fill.
   *
   * @throws IllegalArgumentException if the matrix is too large for BLAS
   * @throws org.initium.InitiumException if there is no BLAS
   */
  static void check(Tensor tensor) {
    Shape whole = tensor.whole();
    long rows = whole.size(0);
    long columns = whole.numel() / rows;
    if (Math.max(rows, columns) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "orthogonal takes a matrix of at most 2^31 - 1 rows and columns; shape %s is %d x %d"
              .formatted(whole, rows, columns));
    }
    Blas.of(tensor.dtype());
  }

  /** Fills a tensor with its part of the matrix, the tall Gaussian matrix drawn row by row. */
  static void fill(Tensor tensor, Fill.Orthogonal fill, Team team, Consumer<Tensor> normals) {
    fill(tensor, fill, Gaussian.TALL, team, normals);
  }

  /**
   * Fills a tensor with its part of the matrix.
   *
   * @param gaussian which element of the Gaussian matrix is which of the normals
   * @param team who shares the work
   * @param normals fills a region of a 1-D tensor, the Gaussian matrix in its order, with N(0,1); a
   *     region without elements where nothing of the matrix is of use
   */
  static void fill(
      Tensor tensor, Fill.Orthogonal fill, Gaussian gaussian, Team team, Consumer<Tensor> normals) {
    Shape whole = tensor.whole();
    long rows = whole.size(0);
    long columns = whole.numel() / rows;
    Blas blas = Blas.of(tensor.dtype());
    if (tensor.shape().numel() == 0) {
      try (Tensor none = Tensor.empty(Shape.of(0), blas.dtype())) {
        normals.accept(none.shardOf(Shape.of(whole.numel()), 0));
      }
      return;
    }
    boolean tall = rows >= columns;
    int longer = (int) Math.max(rows, columns);
    int shorter = (int) Math.min(rows, columns);
    boolean inPlace =
        tensor.dtype() == blas.dtype() && tensor.shape().equals(whole) && tensor.isContiguous();
    if (inPlace) {
      MemorySegment memory = tensor.segment();
      TallMatrix q = new TallMatrix(blas, memory.address(), longer, shorter, tall);
      compute(q, fill.method(), gaussian, team, normals);
      scale(q, fill.gain());
      return;
    }
    MemorySegment beside =
        HostMemory.allocate(Math.multiplyExact(whole.numel(), (long) blas.dtype().bytes()));
    try {
      TallMatrix q = new TallMatrix(blas, beside.address(), longer, shorter, tall);
      compute(q, fill.method(), gaussian, team, normals);
      Values values = elements(q, fill.gain());
      Region region = new Region(tensor);
      team.share(region.numel(), CHUNK, (from, to, block) -> region.fill(from, to, values, block));
    } finally {
      HostMemory.free(beside);
    }
  }

  private static void compute(
      TallMatrix q,
      Fill.Orthogonal.Method method,
      Gaussian gaussian,
      Team team,
      Consumer<Tensor> normals) {
    if (q.rowMajor() || gaussian == Gaussian.AS_SHAPED) { // in the order of memory
      normals.accept(part(q, q.address(), 0, q.rows()));
    } else {
      transposed(q, normals);
    }
    Blas.withThreads(
        team.threads(),
        () -> {
          try (HouseholderQ work = new HouseholderQ(q)) {
            switch (method) {
              case QR -> work.qr();
              case HOUSEHOLDER -> work.householder();
            }
          }
        });
  }

  /** Elements of the Gaussian matrix from its row {@code row} on, as memory at an address. */
  private static Tensor part(TallMatrix q, long address, int row, int rows) {
    long columns = q.columns();
    return Tensor.wrap(Device.CPU, address, Shape.of(rows * columns), q.blas().dtype())
        .shardOf(Shape.of(q.rows() * columns), row * columns);
  }

  /** Makes some rows of the Gaussian matrix at a time, for a matrix that is column by column. */
  private static void transposed(TallMatrix q, Consumer<Tensor> normals) {
    int step = Math.clamp(CHUNK / q.columns(), 1, q.rows());
    MemorySegment chunk = HostMemory.allocate((long) step * q.columns() * q.blas().dtype().bytes());
    try {
      for (int row = 0; row < q.rows(); row += step) {
        int count = Math.min(step, q.rows() - row);
        normals.accept(part(q, chunk.address(), row, count));
        q.blas()
            .copy(
                Blas.ROW_MAJOR,
                Blas.TRANS,
                count,
                q.columns(),
                chunk.address(),
                q.columns(),
                q.at(row, 0),
                q.rows());
      }
    } finally {
      HostMemory.free(chunk);
    }
  }

  private static void scale(TallMatrix q, double gain) {
    if (gain != 1) {
      int runs = q.rowMajor() ? q.rows() : q.columns();
      for (int k = 0; k < runs; k++) {
        q.blas().scale(q.ld(), gain, q.rowMajor() ? q.at(k, 0) : q.at(0, k));
      }
    }
  }

  /** The elements of a row-major matrix, times gain. */
  private static Values elements(TallMatrix q, double gain) {
    if (q.blas().dtype() == DType.F64) {
      return (first, count, block) -> {
        long from = q.address() + Double.BYTES * first;
        MemorySegment.copy(Store.MEMORY, JAVA_DOUBLE_UNALIGNED, from, block.doubles, 0, count);
        for (int i = 0; i < count; i++) {
          block.doubles[i] *= gain;
        }
        return 0;
      };
    }
    float single = (float) gain;
    return (first, count, block) -> {
      long from = q.address() + Float.BYTES * first;
      MemorySegment.copy(Store.MEMORY, JAVA_FLOAT_UNALIGNED, from, block.floats, 0, count);
      for (int i = 0; i < count; i++) {
        block.floats[i] *= single;
      }
      return 0;
    };
  }
}
