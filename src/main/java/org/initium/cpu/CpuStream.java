// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import org.initium.Device;
import org.initium.Fill;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cpu.fill.ReferenceFills;
import org.initium.cpu.fill.Team;
import org.initium.cpu.memory.CpuStorage;
import org.initium.cpu.orthogonal.OrthogonalFill;
import org.initium.random.Generator;
import org.initium.random.GpuGeometry;
import org.initium.random.PhiloxGenerator;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;
import org.initium.torch.TorchFill;

/**
 * Every elementary fill with the numbers of every generator, by some threads. Each is done when the
 * call returns, so that a stream is never a queue, and any point of it is behind us.
 *
 * @param kernels what fills are made of, and the threads that share them
 */
record CpuStream(ReferenceFills kernels) implements Stream, Stream.Event {
  private static final Fill.Normal STANDARD = new Fill.Normal(0, 1);

  /** The same with at most so many threads. */
  CpuStream limited(int threads) {
    Team few = kernels.team().limited(threads);
    return few == kernels.team() ? this : new CpuStream(kernels.by(few));
  }

  /** Fills a tensor, and moves the generator behind the words of its whole. */
  void fill(Tensor tensor, Fill.Elementary fill, Generator generator) {
    if (tensor.storage() instanceof CpuStorage memory && tensor.isContiguous()) {
      long size = tensor.dtype().bytes();
      memory.written(tensor.memoryOffset() * size, tensor.shape().numel() * size);
    }
    if (!(generator instanceof PhiloxGenerator philox)) {
      fill(tensor, fill, torch(generator));
    } else if (!(fill instanceof Fill.PerElement) // first, since a class is loaded to be asked for
        && fill instanceof Fill.Orthogonal matrix) {
      matrix(tensor, matrix, philox).run();
    } else {
      long start = philox.take(fill.words(tensor.whole(), tensor.dtype()));
      if (tensor.shape().numel() > 0) {
        fill(tensor, fill, philox.seed(), start);
      }
    }
  }

  /** The usual fills are not found by a switch: the first over classes takes a process 5 ms. */
  private void fill(Tensor tensor, Fill.Elementary fill, long seed, long start) {
    if (fill instanceof Fill.PerElement elements) {
      kernels.elements(tensor, elements, seed, start);
    } else if (fill instanceof Fill.Fixed fixed) {
      kernels.fixed(tensor, fixed);
    } else {
      kernels.sparse(tensor, (Fill.Sparse) fill, seed, start);
    }
  }

  /** Moves the generator, and returns what fills a tensor with its part of the matrix. */
  Runnable matrix(Tensor tensor, Fill.Orthogonal fill, PhiloxGenerator generator) {
    OrthogonalFill.check(tensor, fill); // before the generator moves
    long start = generator.take(fill.words(tensor.whole(), tensor.dtype()));
    long seed = generator.seed();
    return () -> {
      if (tensor.shape().numel() > 0) {
        OrthogonalFill.fill(
            tensor, fill, false, kernels, part -> kernels.elements(part, STANDARD, seed, start));
      }
    };
  }

  /** Fills with PyTorch's numbers; what draws none is the same as with ours. */
  private void fill(Tensor tensor, Fill.Elementary fill, TorchFill torch) {
    switch (fill) {
      case Fill.Fixed fixed -> kernels.fixed(tensor, fixed);
      case Fill.PerElement elements -> torch.fill(tensor, elements);
      case Fill.Sparse sparse -> torch.fill(tensor, sparse);
      case Fill.Orthogonal matrix -> {
        OrthogonalFill.check(tensor, matrix);
        OrthogonalFill.fill(tensor, matrix, true, kernels, part -> torch.fill(part, STANDARD));
      }
    }
  }

  private TorchFill torch(Generator generator) {
    return switch (generator) {
      case TorchCpuGenerator cpu -> TorchFill.cpu(cpu, kernels.torch(), kernels.team());
      case TorchCudaGenerator cuda ->
          TorchFill.cuda(cuda, geometry(cuda), kernels.torch(), kernels.team());
      case PhiloxGenerator _ -> throw new AssertionError("Philox is ours");
    };
  }

  private static GpuGeometry geometry(TorchCudaGenerator generator) {
    return generator
        .geometry()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "torch-cuda on the cpu must name the GPU whose numbers are wanted:"
                        + " torch-cuda(gpu=A100) or torch-cuda(sms=108, threads=2048)"));
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public long handle() {
    return 0;
  }

  @Override
  public Event record() {
    return this;
  }

  @Override
  public void await(Event event) {
    event.synchronize();
  }

  @Override
  public boolean isDone() {
    return true;
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {}
}
