// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import org.initium.Fill;
import org.initium.Tensor;
import org.initium.cpu.fill.EachElement;
import org.initium.cpu.fill.ElementaryFills;
import org.initium.cpu.fill.Team;
import org.initium.cpu.memory.CpuStorage;
import org.initium.cpu.orthogonal.OrthogonalFill;
import org.initium.random.Generator;
import org.initium.random.GpuGeometry;
import org.initium.random.PhiloxGenerator;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;
import org.initium.torch.TorchFill;

/** Every elementary fill with the numbers of every generator, by some threads. */
record CpuFills(ElementaryFills kernels) {
  static final Fill.Normal STANDARD = new Fill.Normal(0, 1);

  /** The same with at most so many threads. */
  CpuFills limited(int threads) {
    Team few = kernels.team().limited(threads);
    return few == kernels.team() ? this : new CpuFills(kernels.by(few));
  }

  /** Fills a tensor, and moves the generator behind the words of its whole. */
  void fill(Tensor tensor, Fill.Elementary fill, Generator generator) {
    if (fill instanceof Fill.Orthogonal orthogonal) {
      OrthogonalFill.check(tensor, orthogonal); // before the generator moves
    }
    if (tensor.storage() instanceof CpuStorage memory && tensor.isContiguous()) {
      long size = tensor.dtype().bytes();
      memory.written(tensor.memoryOffset() * size, tensor.shape().numel() * size);
    }
    if (generator instanceof PhiloxGenerator philox) {
      long start = philox.take(fill.words(tensor.whole(), tensor.dtype()));
      if (tensor.shape().numel() > 0) {
        fill(tensor, fill, philox.seed(), start);
      }
    } else {
      fill(tensor, fill, torch(generator));
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

  /** Fills with PyTorch's numbers; what draws none is the same as with ours. */
  private void fill(Tensor tensor, Fill.Elementary fill, TorchFill torch) {
    switch (fill) {
      case Fill.Fixed fixed -> fixed(tensor, fixed);
      case Fill.PerElement elements -> torch.fill(tensor, elements);
      case Fill.Sparse sparse -> torch.fill(tensor, sparse);
      case Fill.Orthogonal orthogonal ->
          OrthogonalFill.fill(
              tensor, orthogonal, true, kernels, part -> torch.fill(part, STANDARD));
    }
  }

  /** The usual fills are not found by a switch: the first over classes takes a process 5 ms. */
  private void fill(Tensor tensor, Fill.Elementary fill, long seed, long start) {
    if (fill instanceof Fill.Uniform uniform && tensor.dtype().isInteger()) {
      EachElement.wholeNumbers(tensor, uniform, seed, start, kernels.team());
    } else if (fill instanceof Fill.PerElement elements) {
      kernels.elements(tensor, elements, seed, start);
    } else if (fill instanceof Fill.Fixed fixed) {
      fixed(tensor, fixed);
    } else {
      switch ((Fill.OfMatrix) fill) {
        case Fill.Sparse sparse -> kernels.sparse(tensor, sparse, seed, start);
        case Fill.Orthogonal orthogonal ->
            OrthogonalFill.fill(
                tensor,
                orthogonal,
                false,
                kernels,
                part -> kernels.elements(part, STANDARD, seed, start));
      }
    }
  }

  private void fixed(Tensor tensor, Fill.Fixed fill) {
    if (fill instanceof Fill.Constant constant) {
      kernels.constant(tensor, constant.value());
      return;
    }
    switch (fill) {
      case Fill.Constant constant -> kernels.constant(tensor, constant.value());
      case Fill.Eye eye -> kernels.eye(tensor, eye);
      case Fill.Hadamard hadamard -> kernels.hadamard(tensor, hadamard);
      case Fill.ByIndex table -> EachElement.byIndex(tensor, table.function(), kernels.team());
    }
  }
}
