// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import java.util.List;
import org.initium.DType;
import org.initium.Tensor;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;

/** What a fill writes and where it is queued; the device's context is current. */
public record FillTarget(Gpu gpu, Tensor tensor, CudaStream stream) {
  public DType dtype() {
    return tensor.dtype();
  }

  /** The tensor's elements, the whole's first one at a position. */
  public List<KernelRegion> regions(long position) {
    return KernelRegion.of(tensor.layout(), dtype(), tensor.storage().address(), position);
  }

  /** The tensor's elements by their row-major indices in the whole. */
  public List<KernelRegion> regions() {
    return regions(0);
  }

  /** Queues the kernel of a family for this dtype over a region. */
  public void launch(String family, KernelRegion region, Parameters parameters) {
    launch(family, dtype(), region.items(), parameters);
  }

  /** Queues the kernel of a family for elements of this size, whose values do not matter to it. */
  public void launchOfSize(String family, KernelRegion region, Parameters parameters) {
    launch(family + "_" + dtype().bytes(), region.items(), parameters);
  }

  public void launch(String family, DType dtype, long items, Parameters parameters) {
    launch(family + "_" + dtype, items, parameters);
  }

  void launch(String kernel, long items, Parameters parameters) {
    gpu.kernels().launch(kernel, items, parameters, stream.handle());
  }
}
