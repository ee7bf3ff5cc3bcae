// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.Region;
import org.initium.recipe.plan.TensorContent;

/** Makes any region of the tensors of a plan. */
record RegionFiller(StreamStarts starts, long chunkBytes, int threads) {
  /** The tensor that is drawn where this one is: its original, as long as dtypes are the same. */
  static PlannedTensor source(PlannedTensor tensor) {
    PlannedTensor source = tensor;
    while (source.content() instanceof TensorContent.Copied copied
        && copied.original().dtype() == tensor.dtype()) {
      source = copied.original();
    }
    return source;
  }

  /** Adds the fills of a region of a tensor that is drawn. */
  void draw(Tensor memory, PlannedTensor source, Region region, FillBatch fills) {
    List<Generator> begins = starts.of(source);
    for (int p = 0; p < source.parts().size(); p++) {
      TensorContent.Part part = source.parts().get(p);
      Region shared = region.intersect(part.region()).orElse(null);
      if (shared != null) {
        Tensor slice =
            narrow(memory, shared.originIn(region), shared.shape())
                .shardOf(part.region().shape(), shared.originIn(part.region()));
        fills.add(slice, part.init(), begins.get(p).copy());
      }
    }
  }

  static Tensor narrow(Tensor tensor, long[] origin, Shape shape) {
    Tensor view = tensor;
    for (int d = 0; d < origin.length; d++) {
      view = view.narrow(d, origin[d], shape.size(d));
    }
    return view;
  }

  /** Computes a region in the host's memory, which is contiguous, whatever its values are. */
  void compute(Tensor memory, PlannedTensor tensor, Region region) {
    PlannedTensor source = source(tensor);
    switch (source.content()) { // of what is not drawn: the pipe draws the rest itself
      case TensorContent.Drawn drawn -> drawHere(memory, source, region);
      case TensorContent.Kept kept -> {
        drawHere(memory, source, region);
        try {
          kept.read(memory, region);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      case TensorContent.Copied copied -> convert(memory, copied.original(), region);
      case TensorContent.Norm norm -> norm(memory, source.shape(), norm.of(), region);
    }
  }

  private void drawHere(Tensor memory, PlannedTensor source, Region region) {
    FillBatch fills = new FillBatch();
    draw(memory, source, region, fills);
    fills.queue(Stream.cpu(threads));
  }

  /** The same values, rounded to another dtype. */
  private void convert(Tensor memory, PlannedTensor original, Region region) {
    try (Tensor own = Tensor.empty(region.shape(), original.dtype())) {
      compute(own, original, region);
      for (long n = 0; n < region.shape().numel(); n++) {
        double value = original.dtype().get(own.segment(), n);
        memory.dtype().set(memory.segment(), n, value);
      }
    }
  }

  /**
   * The square root of the sum of squares of the elements that one of the region's stands for.
   *
   * @param whole the shape of the tensor of norms
   */
  private void norm(Tensor memory, Shape whole, PlannedTensor of, Region region) {
    Region all = Region.all(of.shape());
    for (int d = 0; d < whole.rank(); d++) {
      if (whole.size(d) == of.shape().size(d)) {
        all = all.narrow(d, region.origin()[d], region.shape().size(d));
      }
    }
    double[] sums = new double[Math.toIntExact(region.shape().numel())];
    for (Region slab : all.slabs(cuts(of), Math.max(1, chunkBytes / of.dtype().bytes()))) {
      try (Tensor values = Tensor.empty(slab.shape(), of.dtype())) {
        compute(values, of, slab);
        addSquares(values, slab, region, sums);
      }
    }
    for (int n = 0; n < sums.length; n++) {
      memory.dtype().set(memory.segment(), n, Math.sqrt(sums[n]));
    }
  }

  private static void addSquares(Tensor values, Region slab, Region region, double[] sums) {
    long[] strides = region.shape().rowMajorStrides();
    for (long n = 0; n < values.shape().numel(); n++) {
      long rest = n;
      long sum = 0;
      for (int d = strides.length - 1; d >= 0; d--) {
        long at = slab.origin()[d] + rest % slab.shape().size(d) - region.origin()[d];
        sum += region.shape().size(d) == 1 ? 0 : at * strides[d];
        rest /= slab.shape().size(d);
      }
      double value = values.dtype().get(values.segment(), n);
      sums[(int) sum] += value * value;
    }
  }

  /** Whether elements depend on each other across all of a tensor or matrices in it. */
  boolean isWhole(PlannedTensor tensor) {
    return cuts(tensor) < tensor.shape().rank();
  }

  /**
   * How many dimensions, from the first, a tensor is cut in: elements that differ in the others
   * alone depend on each other, and are best made in one go.
   */
  int cuts(PlannedTensor tensor) {
    int rank = tensor.shape().rank();
    if (tensor.content() instanceof TensorContent.Copied copied) { // no switch: decision 0030
      return cuts(copied.original());
    }
    if (tensor.content() instanceof TensorContent.Norm norm) {
      return isWhole(norm.of()) ? 0 : rank;
    }
    return tensor.parts().stream().mapToInt(part -> Math.min(rank, cuts(part))).min().orElse(rank);
  }

  private int cuts(TensorContent.Part part) {
    Shape shape = part.region().shape();
    Fill fill = shape.numel() == 0 ? new Fill.Constant(0) : part.init().fill(shape);
    if (!isWhole(fill)) {
      return Integer.MAX_VALUE;
    }
    return starts.isPhilox() && fill instanceof Fill.Each each ? leading(each) : 0;
  }

  /** The dimensions, from the first, that count weights. */
  private static int leading(Fill.Each each) {
    int leading = 0;
    while (each.order().subList(0, each.batch()).contains(leading)) {
      leading++;
    }
    return leading;
  }

  /** Of PyTorch's sequences, some laws take as many numbers as it happens. */
  private boolean isWhole(Fill fill) {
    if (fill instanceof Fill.Normal || fill instanceof Fill.Fixed) { // the usual ones
      return false;
    }
    return switch (fill) {
      case Fill.Center center -> isWhole(center.tap());
      case Fill.Repeated repeated -> isWhole(repeated.base());
      case Fill.Each each -> isWhole(each.base());
      case Fill.Orthogonal _ -> true;
      case Fill.ByQuantile _, Fill.Sparse _ -> !starts.isPhilox();
      case Fill.Uniform _, Fill.Normal _, Fill.Fixed _ -> false;
    };
  }
}
