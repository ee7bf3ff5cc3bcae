// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import org.initium.Fill;
import org.initium.kernel.Parameters;
import org.initium.random.TorchCudaGenerator;
import org.initium.spi.StridedLayout;
import org.initium.torch.kernel.CudaLaunch;
import org.initium.torch.kernel.CudaNumbers;

/**
 * Queues the kernels of PyTorch's own numbers on a CUDA device: uniforms and normals in one run of
 * memory, with the bits that the CPU gives.
 */
public final class TorchElementFill {
  private TorchElementFill() {}

  /** Whether there is a kernel for that fill of that tensor: it is one run, also of its whole. */
  public static boolean fits(FillTarget target, Fill.Elementary fill) {
    return CudaNumbers.of(fill, target.dtype()).isPresent() && target.tensor().layout().isOneRun();
  }

  /** Queues one that fits. */
  public static void fill(FillTarget target, Fill.Elementary fill, TorchCudaGenerator generator) {
    CudaNumbers numbers = CudaNumbers.of(fill, target.dtype()).orElseThrow();
    StridedLayout layout = target.tensor().layout();
    long bytes = target.dtype().bytes();
    long begin = layout.wholeOffset();
    long end = begin + layout.sizes()[0];
    long memory = target.tensor().storage().address() + layout.memoryOffset() * bytes;
    for (CudaLaunch whole : CudaLaunch.of(target.tensor(), generator)) {
      long first = Math.max(begin, whole.start());
      long last = Math.min(end, whole.start() + whole.count());
      if (first >= last) {
        continue;
      }
      CudaLaunch launch = whole.within(first, last, target.dtype());
      Parameters parameters = new Parameters();
      numbers.addTo(
          parameters,
          memory + (first - begin) * bytes,
          launch,
          first - launch.start(),
          last - launch.start());
      target.launch(numbers.law().kernel(), target.dtype(), launch.count() / 2 + 1, parameters);
    }
  }
}
