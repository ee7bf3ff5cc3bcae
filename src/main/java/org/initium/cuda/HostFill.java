package org.initium.cuda;

import org.initium.Backends;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Generator;
import org.initium.GpuGeometry;
import org.initium.Tensor;
import org.initium.TorchCudaGenerator;
import org.initium.torch.TorchFill;

/** Fills a tensor on a device by way of the host, for generators whose numbers are made there. */
record HostFill(Target target, Generator generator) {
  private static final int THREADS_PER_MULTIPROCESSOR = 39;

  /** Makes the elements in memory of the host and queues their copy. */
  void fill(CudaBackend backend, Fill.Elementary fill) {
    Tensor tensor = target.tensor();
    if (!tensor.isContiguous()) {
      throw new UnsupportedOperationException(
          "PyTorch's generators fill tensors on %s that are contiguous; %s is a view that is not"
              .formatted(tensor.device(), tensor));
    }
    try (Tensor host = Tensor.empty(tensor.shape(), tensor.dtype())) {
      make(tensor.isRegion() ? host.shardOf(tensor.whole(), tensor.origin()) : host, fill);
      long offset = tensor.memoryOffset() * tensor.dtype().bytes();
      backend.copyFromHost(host.segment(), tensor.storage(), offset, target.stream());
    }
  }

  private void make(Tensor host, Fill.Elementary fill) {
    if (generator instanceof TorchCudaGenerator torch && torch.geometry().isEmpty()) {
      TorchFill numbers = TorchFill.cuda(torch, geometry());
      switch (fill) {
        case Fill.Uniform uniform -> numbers.fill(host, uniform);
        case Fill.Normal normal -> numbers.fill(host, normal);
        case Fill.TruncatedNormal normal -> numbers.fill(host, normal);
        case Fill.Sparse sparse -> numbers.fill(host, sparse);
        default -> onCpu(host, fill);
      }
    } else {
      onCpu(host, fill);
    }
  }

  private void onCpu(Tensor host, Fill.Elementary fill) {
    host.fill(fill, generator, Backends.of(Device.CPU).defaultStream(Device.CPU));
  }

  /** That of the tensor's device. */
  private GpuGeometry geometry() {
    Gpu gpu = target.gpu();
    int threads = gpu.driver().attribute(gpu.device().index(), THREADS_PER_MULTIPROCESSOR);
    return new GpuGeometry(gpu.multiprocessors(), threads);
  }
}
