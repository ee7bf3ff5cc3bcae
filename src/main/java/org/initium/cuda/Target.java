package org.initium.cuda;

import java.util.List;
import org.initium.DType;
import org.initium.Tensor;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;

/** What a fill writes and where it is queued; the device's context is current. */
record Target(Gpu gpu, Tensor tensor, CudaStream stream) {
  DType dtype() {
    return tensor.dtype();
  }

  /** The tensor's elements, the whole's first one at a position. */
  List<KernelRegion> regions(long position) {
    return KernelRegion.of(tensor.layout(), dtype(), tensor.storage().address(), position);
  }

  /** The tensor's elements by their row-major indices in the whole. */
  List<KernelRegion> regions() {
    return regions(0);
  }

  /** A value of the dtype as its bits. */
  long bits(double value) {
    return dtype().bits(value);
  }

  /** Queues the kernel of a family for this dtype over a region. */
  void launch(String family, KernelRegion region, Parameters parameters) {
    launch(family, dtype(), region.items(), parameters);
  }

  /** Queues the kernel of a family for elements of this size, whose values do not matter to it. */
  void launchOfSize(String family, KernelRegion region, Parameters parameters) {
    String kernel = family + "_" + dtype().bytes();
    gpu.kernels().launch(kernel, region.items(), parameters, stream);
  }

  void launch(String family, DType dtype, long items, Parameters parameters) {
    gpu.kernels().launch(family + "_" + dtype, items, parameters, stream);
  }
}
