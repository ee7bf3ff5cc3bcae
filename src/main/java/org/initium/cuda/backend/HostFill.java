// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.initium.Backend;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Storage;
import org.initium.Tensor;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.fill.FillTarget;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;
import org.initium.random.Generator;
import org.initium.spi.StridedLayout;

/** Fills a tensor on a device by way of the host, for generators whose numbers are made there. */
record HostFill(FillTarget target, Generator generator) {
  /**
   * Makes the elements in memory of the host that is laid out in the same way, since PyTorch draws
   * otherwise where there are gaps, and queues their copy.
   */
  void fill(Fill.Elementary fill) {
    Tensor tensor = target.tensor();
    Backend cpu = Backend.of(Device.CPU);
    long bytes = tensor.layout().span() * tensor.dtype().bytes();
    try (Storage host = cpu.allocate(Device.CPU, bytes)) {
      tensor.over(host).fill(fill, generator, cpu.defaultStream(Device.CPU));
      if (tensor.shape().numel() == 0) {
        return; // the generator has moved past the whole, and that is all
      }
      if (tensor.isContiguous()) {
        long offset = tensor.memoryOffset() * tensor.dtype().bytes();
        HostCopy.fromHost(host.segment(), tensor.storage(), offset, target.stream());
      } else {
        scatter(host.segment());
      }
    }
  }

  /** Copies to memory beside the tensor, and from there to the tensor but not between its rows. */
  private void scatter(MemorySegment elements) {
    StridedLayout layout = target.tensor().layout();
    StridedLayout places =
        new StridedLayout(
            layout.sizes(),
            layout.memoryStrides(),
            layout.memoryStrides(),
            layout.memoryOffset(),
            0);
    CudaStorage storage = (CudaStorage) target.tensor().storage();
    try (CudaStorage beside = CudaStorage.allocate(target.gpu(), elements.byteSize())) {
      HostCopy.fromHost(elements, beside, 0, target.stream());
      target.stream()
          .enqueue(
              List.of(storage, beside),
              () -> {
                for (KernelRegion region :
                    KernelRegion.of(places, target.dtype(), storage.address(), 0)) {
                  Parameters parameters = region.parameters().add(beside.address());
                  target.launchOfSize("scatter", region, parameters.add(layout.span()));
                }
              });
    }
  }
}
