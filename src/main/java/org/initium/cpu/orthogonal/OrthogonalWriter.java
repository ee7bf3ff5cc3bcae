// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import org.initium.Tensor;
import org.initium.cpu.fill.ElementaryFills;

/**
 * Writes a matrix, times gain, to a tensor's part of it.
 *
 * @param tall whether the tensor's matrix is this one; else it is the transpose
 */
record OrthogonalWriter(TallMatrix q, boolean tall, double gain) {
  /**
   * Rows that are transposed at a time: more of them, often powers of two apart, push each other
   * out of the cache.
   */
  private static final int FEW = 4;

  void write(Tensor tensor, ElementaryFills fills) {
    boolean plain =
        tensor.dtype() == q.blas().dtype()
            && tensor.shape().equals(tensor.whole())
            && tensor.isContiguous();
    if (plain) {
      long address = tensor.storage().address() + tensor.memoryOffset() * tensor.dtype().bytes();
      q.shareRows(fills.team(), (row, count) -> copy(row, count, address));
      return;
    }
    if (tall) {
      fills.matrix(tensor, q.address(), q.rows(), 1, q.ld(), gain);
    } else {
      fills.matrix(tensor, q.address(), q.columns(), q.ld(), 1, gain);
    }
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
}
