package org.initium.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import org.initium.DType;
import org.initium.Tensor;

/**
 * Writes a matrix, times gain, to a tensor's part of it.
 *
 * @param tall whether the tensor's matrix is this one; else it is the transpose
 */
record OrthogonalStore(TallMatrix q, boolean tall, double gain) {
  /** Elements that a thread takes at a time. */
  private static final long CHUNK = 1 << 16;

  /**
   * Rows that are transposed at a time: more of them, often powers of two apart, push each other
   * out of the cache.
   */
  private static final int FEW = 4;

  void write(Tensor tensor, Team team) {
    boolean plain =
        tensor.dtype() == q.blas().dtype()
            && tensor.shape().equals(tensor.whole())
            && tensor.isContiguous();
    if (plain) {
      long address = tensor.storage().address() + tensor.memoryOffset() * tensor.dtype().bytes();
      q.shareRows(team, (row, count) -> copy(row, count, address));
      return;
    }
    Region region = new Region(tensor);
    Values values = this::elements;
    team.share(region.numel(), CHUNK, (from, to, block) -> region.fill(from, to, values, block));
  }

  private void copy(int row, int count, long address) {
    Blas blas = q.blas();
    int bytes = blas.dtype().bytes();
    if (tall) {
      for (int i = 0; i < count; i += FEW) {
        long to = address + (long) (row + i) * q.columns() * bytes;
        int rows = Math.min(FEW, count - i);
        blas.copy(Blas.TRANS, rows, q.columns(), gain, q.at(row + i, 0), q.ld(), to, q.columns());
      }
    } else {
      long from = q.at(row, 0);
      long to = address + (long) row * bytes;
      blas.copy(Blas.NO_TRANS, count, q.columns(), gain, from, q.ld(), to, q.rows());
    }
  }

  /** Elements of the tensor's matrix, row by row. */
  private int elements(long first, int count, Block block) {
    long width = tall ? q.columns() : q.rows();
    for (int done = 0; done < count; ) {
      long row = (first + done) / width;
      long column = (first + done) % width;
      int run = (int) Math.min(count - done, width - column);
      if (tall) {
        row(q.at((int) row, (int) column), q.ld(), done, run, block);
      } else {
        row(q.at((int) column, (int) row), 1, done, run, block);
      }
      done += run;
    }
    return 0;
  }

  private void row(long address, long stride, int at, int count, Block block) {
    if (q.blas().dtype() == DType.F64) {
      for (int k = 0; k < count; k++) {
        long element = address + k * stride * Double.BYTES;
        block.doubles[at + k] = gain * Store.MEMORY.get(JAVA_DOUBLE_UNALIGNED, element);
      }
      return;
    }
    float single = (float) gain;
    for (int k = 0; k < count; k++) {
      long element = address + k * stride * Float.BYTES;
      block.floats[at + k] = single * Store.MEMORY.get(JAVA_FLOAT_UNALIGNED, element);
    }
  }
}
