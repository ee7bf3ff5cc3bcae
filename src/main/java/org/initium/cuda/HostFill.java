package org.initium.cuda;

import org.initium.Backends;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Generator;
import org.initium.Tensor;

/** Fills a tensor on a device by way of the host, for generators whose numbers are made there. */
record HostFill(Target target, Generator generator) {
  /** Makes the elements in memory of the host and queues their copy. */
  void fill(CudaBackend backend, Fill.Elementary fill) {
    Tensor tensor = target.tensor();
    if (!tensor.isContiguous()) {
      throw new UnsupportedOperationException(
          "PyTorch's generators fill tensors on %s that are contiguous; %s is a view that is not"
              .formatted(tensor.device(), tensor));
    }
    try (Tensor host = Tensor.empty(tensor.shape(), tensor.dtype())) {
      Tensor same = tensor.isRegion() ? host.shardOf(tensor.whole(), tensor.origin()) : host;
      same.fill(fill, generator, Backends.of(Device.CPU).defaultStream(Device.CPU));
      long offset = tensor.memoryOffset() * tensor.dtype().bytes();
      backend.copyFromHost(host.segment(), tensor.storage(), offset, target.stream());
    }
  }
}
