// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import java.lang.foreign.MemorySegment;
import org.initium.random.twister.Twister;

/** What makes torch's numbers: a processor's own code, or {@link TorchReference}. */
public interface TorchKernels {
  /** Makes the words that PyTorch draws on the CPU. */
  Twister twister();

  /**
   * Makes elements of words as PyTorch does on the CPU: {@link FloatDraws}, or {@link DoubleDraws}.
   *
   * @param words as many as the elements take
   * @param count of elements; of normals a multiple of 16
   */
  void cpu(CpuNumbers numbers, MemorySegment words, MemorySegment elements, int count);

  /**
   * Makes blocks of a start of PyTorch's kernel on a GPU: block i is number {@code i / threads} of
   * thread {@code i % threads}, and all from {@code from} to {@code to - 1} have one number d.
   *
   * @param elements for those from {@code d * width * threads} of the start on
   */
  void cuda(CudaNumbers numbers, CudaLaunch launch, MemorySegment elements, long from, long to);
}
