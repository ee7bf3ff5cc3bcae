// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.function.UniformMap;
import org.initium.random.GpuGeometry;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;
import org.initium.random.TorchVersion;
import org.initium.torch.kernel.DoubleDraws;
import org.initium.torch.kernel.DrawnTensor;
import org.initium.torch.kernel.TorchKernels;
import org.initium.torch.kernel.TorchTypes;

/** Fills of the host's memory with PyTorch's own numbers, by the fills that draw any. */
public final class TorchFill {
  private static final int CHUNK = 1 << 14;

  private final TorchDraws draws;

  private TorchFill(TorchDraws draws) {
    this.draws = draws;
  }

  /** As torch fills on the CPU. */
  public static TorchFill cpu(TorchCpuGenerator generator, TorchKernels kernels, Workers workers) {
    generator.engine().use(kernels.twister());
    return new TorchFill(new CpuDraws(generator, kernels, workers));
  }

  /** As torch fills on a GPU. */
  public static TorchFill cuda(
      TorchCudaGenerator generator, GpuGeometry gpu, TorchKernels kernels, Workers workers) {
    generator.host().engine().use(kernels.twister());
    return new TorchFill(new CudaDraws(generator, gpu, kernels, workers));
  }

  /** Fills a tensor in the host's memory and moves the generator; the whole has an element. */
  public void fill(Tensor tensor, Fill.PerElement fill) {
    TorchTypes.check(tensor.dtype());
    switch (fill) {
      case Fill.Uniform law ->
          draws.uniform(DrawnTensor.of(tensor), law.a(), law.b(), sink(tensor));
      case Fill.Normal law ->
          draws.normal(DrawnTensor.of(tensor), law.mean(), law.std(), sink(tensor));
      case Fill.TruncatedNormal law -> truncated(tensor, law);
      case Fill.Cauchy law -> oneByOne(tensor, DoubleDraws.cauchy(law.loc(), law.scale()));
      case Fill.Exponential law -> oneByOne(tensor, DoubleDraws.exponential(law.rate()));
      case Fill.OfUniform law -> mapped(tensor, law.map());
      case Fill.Laplace _ ->
          throw new IllegalArgumentException(
              "torch has no laplace_ whose numbers could be made; use the generator philox");
    }
  }

  private void oneByOne(Tensor tensor, DoubleDraws.Law law) {
    draws.oneByOne(DrawnTensor.of(tensor), law, sink(tensor));
  }

  /**
   * The uniform that torch draws, and then the functions of it, each element by itself: torch has
   * them in the dtype, one rounding after the other, which is an ulp or two away.
   */
  private void mapped(Tensor tensor, UniformMap map) {
    draws.uniform(DrawnTensor.of(tensor), map.a(), map.b(), sink(tensor));
    MemorySegment memory = tensor.storage().unguarded();
    DType dtype = tensor.dtype();
    tensor
        .layout()
        .each(
            0,
            tensor.shape().numel(),
            (place, _) -> dtype.set(memory, place, map.at(dtype.get(memory, place))));
  }

  /** Fills a tensor in the host's memory and moves the generator; the whole has an element. */
  public void fill(Tensor tensor, Fill.Sparse law) {
    TorchTypes.check(tensor.dtype());
    TorchSparse.fill(law, draws, tensor.whole(), DrawnTensor.of(tensor), sink(tensor));
  }

  /**
   * Fills a tensor in the host's memory and moves the generator; the whole has an element. Elements
   * are looked at again: those of a view or a region are made in memory of our own.
   */
  private void truncated(Tensor tensor, Fill.TruncatedNormal law) {
    TruncatedNormal.check(law);
    if (draws.host().version() == TorchVersion.UP_TO_2_10) {
      throw new IllegalArgumentException(
          "PyTorch before 2.12 made truncated normals of its own inverse error function, whose bits"
              + " are those of a C library; use torch-cpu(version=2.13) or philox");
    }
    DrawnTensor whole = DrawnTensor.of(tensor);
    if (whole.contiguous() && tensor.shape().equals(tensor.whole()) && tensor.isContiguous()) {
      new TruncatedNormal(law, draws, whole, memory(tensor)).fill();
      return;
    }
    try (Arena arena = Arena.ofShared()) {
      long bytes = Math.multiplyExact(whole.numel(), whole.dtype().bytes());
      MemorySegment result = arena.allocate(bytes, Double.BYTES);
      new TruncatedNormal(law, draws, whole, result).fill();
      copy(result, whole, sink(tensor));
    }
  }

  private static void copy(MemorySegment elements, DrawnTensor whole, MemorySink sink) {
    for (long at = 0; at < whole.numel(); at += CHUNK) {
      int count = (int) Math.min(CHUNK, whole.numel() - at);
      sink.put(at, elements.asSlice(at * whole.dtype().bytes()), count);
    }
  }

  private static MemorySegment memory(Tensor contiguous) {
    long bytes = contiguous.dtype().bytes();
    return contiguous
        .storage()
        .unguarded()
        .asSlice(contiguous.memoryOffset() * bytes, contiguous.shape().numel() * bytes);
  }

  private static MemorySink sink(Tensor tensor) {
    return new MemorySink(tensor.storage().unguarded(), tensor.dtype(), tensor.layout());
  }
}
