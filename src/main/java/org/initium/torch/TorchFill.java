package org.initium.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Layout;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.TorchCpuGenerator;

/** Fills of the host's memory with PyTorch's own numbers. */
public final class TorchFill {
  private final Draws draws;

  private TorchFill(Draws draws) {
    this.draws = draws;
  }

  /** As torch fills on the CPU. */
  public static TorchFill cpu(TorchCpuGenerator generator) {
    return new TorchFill(new CpuDraws(generator));
  }

  /**
   * Fills a tensor in the host's memory, which has an element.
   *
   * @throws IllegalArgumentException if the fill draws nothing: then it is not for this class
   */
  public void fill(Tensor tensor, Fill.Elementary fill) {
    Whole whole =
        new Whole(
            tensor.whole().numel(), tensor.dtype(), tensor.isRegion() || tensor.isContiguous());
    MemorySegment memory = tensor.storage().segment();
    Layout layout = tensor.layout();
    Sink sink = new MemorySink(memory, tensor.dtype(), layout);
    Shape shape = tensor.whole();
    switch (fill) {
      case Fill.Uniform u -> draws.uniform(whole, u.a(), u.b(), sink);
      case Fill.Normal n -> draws.normal(whole, n.mean(), n.std(), sink);
      case Fill.TruncatedNormal t -> truncated(t, whole, tensor, sink);
      case Fill.Sparse s -> Sparse.fill(s, draws, shape, whole, sink);
      case Fill.Orthogonal o -> throw new UnsupportedOperationException("orthogonal");
      case Fill.Constant c -> throw drawsNothing(c);
      case Fill.Eye e -> throw drawsNothing(e);
      case Fill.Dirac d -> throw drawsNothing(d);
      case Fill.Hadamard h -> throw drawsNothing(h);
    }
  }

  private static IllegalArgumentException drawsNothing(Fill fill) {
    return new IllegalArgumentException(fill + " draws no number; it has no torch way to be made");
  }

  /**
   * Elements are looked at again: those of a view or a region are gathered in memory of our own.
   */
  private void truncated(Fill.TruncatedNormal law, Whole whole, Tensor tensor, Sink sink) {
    if (tensor.layout().isOneRun() && tensor.shape().numel() == whole.numel()) {
      new TruncatedNormal(law, draws, whole, new Result(tensor.segment(), whole)).fill();
      return;
    }
    try (Arena arena = Arena.ofShared()) {
      DType dtype = whole.dtype();
      Result result =
          new Result(arena.allocate(whole.numel() * dtype.bytes(), dtype.bytes()), whole);
      new TruncatedNormal(law, draws, whole, result).fill();
      result.copyTo(sink);
    }
  }
}
