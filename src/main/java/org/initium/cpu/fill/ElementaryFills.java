// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import org.initium.Fill;
import org.initium.Tensor;
import org.initium.torch.kernel.TorchKernels;

/** What the fills of the CPU are made of: by native kernels, or the same bits by plain Java. */
public interface ElementaryFills {
  /** The threads that share a fill. */
  Team team();

  /** The same by others. */
  ElementaryFills by(Team few);

  void constant(Tensor tensor, double value);

  void eye(Tensor tensor, Fill.Eye fill);

  void hadamard(Tensor tensor, Fill.Hadamard fill);

  /** Elements that have words of their own. */
  void elements(Tensor tensor, Fill.PerElement fill, long seed, long start);

  /** Exactly so many zeros in each column, and normals. */
  void sparse(Tensor tensor, Fill.Sparse fill, long seed, long start);

  /**
   * A matrix of the tensor's whole, times gain.
   *
   * @param matrix its address, in the type that the dtype is computed in
   * @param rows how many there are of them
   * @param rowStep from row to row, in elements
   * @param columnStep from column to column
   */
  void matrix(Tensor tensor, long matrix, long rows, long rowStep, long columnStep, double gain);

  /** What makes PyTorch's numbers. */
  TorchKernels torch();
}
