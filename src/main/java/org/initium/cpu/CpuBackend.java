// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.initium.Backend;
import org.initium.Backend.DeviceInfo;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.Fill;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cpu.fill.IndexFill;
import org.initium.cpu.fill.KernelFills;
import org.initium.cpu.fill.Team;
import org.initium.cpu.memory.CpuStorage;
import org.initium.cpu.memory.HostMemory;
import org.initium.cpu.memory.WrappedMemory;
import org.initium.cpu.orthogonal.OrthogonalFill;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;
import org.initium.torch.TorchFill;
import org.initium.torch.draw.Workers;
import org.initium.torch.kernel.TorchKernels;

/** The host's memory, filled by its processor; a fill is done when the call returns. */
public final class CpuBackend implements Backend {
  private static final Supplier<IllegalArgumentException> NO_GPU =
      () ->
          new IllegalArgumentException(
              "torch-cuda on the cpu must name the GPU whose numbers are wanted:"
                  + " torch-cuda(gpu=A100) or torch-cuda(sms=108, threads=2048)");

  private final CpuOptions options;
  private final Team team;
  private final KernelFills fills;
  private final Workers workers;
  private final TorchKernels torch;

  /** With the options of the system properties initium.threads and initium.native. */
  public CpuBackend() {
    HostMemory.require();
    this(CpuOptions.fromProperties());
    EarlyFill.begin();
  }

  CpuBackend(CpuOptions options) {
    this.options = options;
    this.team = new Team(options.threads());
    this.fills = new KernelFills(options.kernels(), team);
    this.workers = (pieces, part) -> team.share(pieces, 1, part);
    this.torch = fills.torch();
  }

  @Override
  public String type() {
    return Device.CPU.type();
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(
        new DeviceInfo(
            Device.CPU,
            System.getProperty("os.arch"),
            HostMemory.total(),
            options.threads() + " threads, " + fills.kernels()));
  }

  @Override
  public Storage allocate(Device device, long bytes) {
    check(device);
    return CpuStorage.allocate(bytes);
  }

  @Override
  public Storage wrap(Device device, long address, long bytes) {
    check(device);
    return CpuStorage.wrap(address, bytes);
  }

  @Override
  public Storage wrap(MemorySegment memory) {
    return new WrappedMemory(memory);
  }

  private static void check(Device device) {
    if (!device.equals(Device.CPU)) {
      throw new DeviceUnavailableException("there is no device " + device + "; there is cpu");
    }
  }

  @Override
  public Stream defaultStream(Device device) {
    check(device);
    return CpuStream.IMMEDIATE;
  }

  @Override
  public Stream newStream(Device device) {
    check(device);
    return CpuStream.IMMEDIATE;
  }

  @Override
  public Stream wrapStream(Device device, long handle) {
    check(device);
    if (handle != 0) {
      throw new IllegalArgumentException(
          "stream handle " + handle + " is not the CPU's; it has no streams but 0");
    }
    return CpuStream.IMMEDIATE;
  }

  @Override
  public void fill(Tensor tensor, Fill.Elementary fill, Generator generator, Stream stream) {
    if (fill instanceof Fill.Orthogonal orthogonal) {
      OrthogonalFill.check(tensor, orthogonal); // before the generator moves
    }
    switch (generator) {
      case PhiloxGenerator philox -> {
        long start = philox.take(fill.words(tensor.whole(), tensor.dtype()));
        if (tensor.shape().numel() > 0) {
          fill(tensor, fill, philox.seed(), start);
        }
      }
      case TorchCpuGenerator cpu -> fill(tensor, fill, TorchFill.cpu(cpu, torch, workers));
      case TorchCudaGenerator cuda ->
          fill(
              tensor,
              fill,
              TorchFill.cuda(cuda, cuda.geometry().orElseThrow(NO_GPU), torch, workers));
    }
  }

  @Override
  public Queue queue(Stream stream) {
    return new CpuQueue(this, fills);
  }

  /** Fills with PyTorch's numbers; what draws none is the same as with ours. */
  private void fill(Tensor tensor, Fill.Elementary fill, TorchFill torch) {
    switch (fill) {
      case Fill.Fixed fixed -> fill(tensor, fixed, 0, 0);
      case Fill.PerElement elements -> torch.fill(tensor, elements);
      case Fill.Sparse sparse -> torch.fill(tensor, sparse);
      case Fill.Orthogonal orthogonal ->
          OrthogonalFill.fill(
              tensor,
              orthogonal,
              OrthogonalFill.Gaussian.AS_SHAPED,
              fills,
              part -> torch.fill(part, new Fill.Normal(0, 1)));
    }
  }

  private void fill(Tensor tensor, Fill.Elementary fill, long seed, long start) {
    switch (fill) {
      case Fill.Constant constant -> fills.constant(tensor, constant.value());
      case Fill.PerElement elements -> fills.elements(tensor, elements, seed, start);
      case Fill.Eye eye -> fills.eye(tensor, eye);
      case Fill.Hadamard hadamard -> fills.hadamard(tensor, hadamard);
      case Fill.ByIndex table -> IndexFill.fill(tensor, table.function(), fills.team());
      case Fill.Sparse sparse -> fills.sparse(tensor, sparse, seed, start);
      case Fill.Orthogonal orthogonal ->
          OrthogonalFill.fill(
              tensor, orthogonal, fills, part -> fill(part, new Fill.Normal(0, 1), seed, start));
    }
  }

  @Override
  public void copyToHost(Storage source, long offset, MemorySegment target, Stream stream) {
    target.copyFrom(source.segment().asSlice(offset, target.byteSize()));
  }

  @Override
  public void copyFromHost(MemorySegment source, Storage target, long offset, Stream stream) {
    target.segment().asSlice(offset, source.byteSize()).copyFrom(source);
  }
}
