package org.initium.recipe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;

/**
 * Makes the values of a plan's tensors in order and in chunks, so that memory does not grow with
 * the model. A chunk is a region of its tensor, and has the same bits as that region of the whole.
 * The parts of a tensor draw in their order.
 *
 * @param generator where the random words come from
 * @param drawing how the tensors share it
 * @param devices what computes them: chunks take turns, and are on the way to the sink while the
 *     next ones are filled
 * @param shard which rows of each tensor are made
 * @param chunkBytes the size of a chunk; each device has memory for two. A tensor with a part whose
 *     elements depend on each other is one chunk: an orthogonal one, and a sparse or truncated
 *     normal one of a generator that is someone else's sequence; small tensors share one
 */
public record PlanFiller(
    Generator generator, Drawing drawing, List<Device> devices, RowShard shard, long chunkBytes) {
  /** Chunks that are large for a disk, and a small part of any memory. */
  public static final long DEFAULT_CHUNK_BYTES = 64L << 20;

  /** A filler for all rows, which draws as is usual for the generator. */
  public PlanFiller(Generator generator, Device device) {
    this(generator, Drawing.of(generator), List.of(device), RowShard.ALL, DEFAULT_CHUNK_BYTES);
  }

  /** Makes all tensors of the plan, in its order, and hands their bytes to the sink. */
  public void fill(Plan plan, ChunkSink sink) throws IOException {
    fill(plan, plan.tensors(), sink);
  }

  /** Makes the tensors of the plan, which draw in its order, and hands them over in another. */
  void fill(Plan plan, List<PlannedTensor> order, ChunkSink sink) throws IOException {
    Map<String, List<Generator>> starts = drawing == Drawing.IN_ORDER ? starts(plan) : Map.of();
    long all = plan.bytes(shard) + ChunkPipe.ALIGNMENT * plan.tensors().size();
    try (ChunkPipe pipe = new ChunkPipe(devices, Math.min(chunkBytes, all), sink)) {
      for (PlannedTensor tensor : order) {
        List<Generator> own = starts.get(tensor.name());
        fill(tensor, own == null ? starts(tensor, generator.fork(tensor.name())) : own, pipe);
      }
      pipe.finish();
    }
  }

  /** Where the parts of all tensors begin in the one generator. */
  private Map<String, List<Generator>> starts(Plan plan) {
    Map<String, List<Generator>> starts = new HashMap<>();
    for (PlannedTensor tensor : plan.tensors()) {
      starts.put(tensor.name(), starts(tensor, generator));
    }
    return starts;
  }

  /** Where the parts of a tensor begin, which draw one after the other. */
  private List<Generator> starts(PlannedTensor tensor, Generator own) {
    List<Generator> starts = new ArrayList<>();
    for (PlannedTensor.Part part : tensor.parts()) {
      starts.add(own.copy());
      skip(part, tensor, own);
    }
    return starts;
  }

  private void fill(PlannedTensor tensor, List<Generator> starts, ChunkPipe pipe)
      throws IOException {
    Region region = shard.of(tensor.shape());
    long most =
        tensor.parts().stream().anyMatch(this::isWhole)
            ? Long.MAX_VALUE
            : Math.max(1, chunkBytes / tensor.dtype().bytes());
    long offset = 0;
    for (Region slab : new Slabs(region, most)) {
      long bytes = slab.shape().numel() * tensor.dtype().bytes();
      Tensor chunk = pipe.next(slab.shape(), tensor.dtype());
      for (int p = 0; p < tensor.parts().size(); p++) {
        fill(chunk, slab, tensor.parts().get(p), starts.get(p).copy(), pipe);
      }
      pipe.send(tensor, offset, bytes);
      offset += bytes;
    }
  }

  /** Has filled what a chunk has of a part. */
  private static void fill(
      Tensor chunk, Region slab, PlannedTensor.Part part, Generator generator, ChunkPipe pipe) {
    Region shared = slab.intersect(part.region()).orElse(null);
    if (shared == null) {
      return;
    }
    Tensor view = chunk;
    long[] at = shared.originIn(slab);
    for (int d = 0; d < at.length; d++) {
      view = view.narrow(d, at[d], shared.shape().size(d));
    }
    Tensor slice = view.shardOf(part.region().shape(), shared.originIn(part.region()));
    pipe.fills().add(slice, part.init(), generator);
  }

  /** Moves a generator past a part: the fill of a region of it that has no rows. */
  private void skip(PlannedTensor.Part part, PlannedTensor tensor, Generator generator) {
    Shape shape = part.region().shape();
    Shape empty = shape.rank() == 0 ? shape : shape.with(0, 0);
    try (Tensor nothing = Tensor.empty(empty, tensor.dtype(), devices.getFirst())) {
      nothing.shardOf(shape, new long[shape.rank()]).fill(part.init(), generator);
    }
  }

  /** Whether a part's elements depend on each other, so that it is best made in one go. */
  private boolean isWhole(PlannedTensor.Part part) {
    return part.region().shape().numel() > 0 && isWhole(part.init().fill(part.region().shape()));
  }

  private boolean isWhole(Fill fill) {
    return switch (fill) {
      case Fill.Elementary elementary -> isWhole(elementary);
      case Fill.Centre centre -> isWhole(centre.tap());
      case Fill.Repeated repeated -> isWhole(repeated.base());
      case Fill.Each each -> isWhole(each.base());
    };
  }

  private boolean isWhole(Fill.Elementary fill) {
    boolean whole = fill instanceof Fill.TruncatedNormal || fill instanceof Fill.Sparse;
    return fill instanceof Fill.Orthogonal || whole && !(generator instanceof PhiloxGenerator);
  }
}
