// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.IOException;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.Region;
import org.initium.recipe.plan.RowShard;
import org.initium.recipe.plan.ShardCut;
import org.initium.recipe.plan.TensorContent;

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
 *     elements depend on each other is one chunk: an orthogonal one, but for a stack of matrices
 *     that its first dimensions count, and a sparse or truncated normal one of a generator that is
 *     someone else's sequence; small tensors share one
 * @param threads how many of the host's threads are at a fill at most
 * @since 0.1.0
 */
public record PlanFiller(
    Generator generator,
    GeneratorSharing drawing,
    List<Device> devices,
    RowShard shard,
    long chunkBytes,
    int threads)
    implements Serializable {
  /**
   * A filler.
   *
   * @throws IllegalArgumentException if there are no threads
   */
  public PlanFiller {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "threads = " + threads + " is not allowed; it must be 1 or more");
    }
  }

  /** Chunks that are large for a disk, and a small part of any memory. */
  public static final long DEFAULT_CHUNK_BYTES = 64L << 20;

  /**
   * A filler for all rows, with all threads, which draws as is usual for the generator.
   *
   * @param generator what the tensors draw from, or fork from
   * @param device where they are made
   */
  public PlanFiller(Generator generator, Device device) {
    this(
        generator,
        GeneratorSharing.of(generator),
        List.of(device),
        RowShard.ALL,
        DEFAULT_CHUNK_BYTES,
        Integer.MAX_VALUE);
  }

  /**
   * Makes all tensors of the plan, in its order, and hands their bytes to the sink.
   *
   * @param plan the tensors
   * @param sink takes the bytes, one call at a time
   * @throws java.io.IOException if the sink throws it
   */
  public void fill(Plan plan, ChunkSink sink) throws IOException {
    fill(regions(plan), plan.written(), sink);
  }

  RegionFiller regions(Plan plan) {
    return new RegionFiller(
        new StreamStarts(plan, generator, drawing, devices.getFirst()), chunkBytes, threads);
  }

  PlanFiller of(RowShard other) {
    return new PlanFiller(generator, drawing, devices, other, chunkBytes, threads);
  }

  /**
   * {@return the same with fewer threads, for tasks that run side by side in a process}
   *
   * @param most how many of the host's threads are at a fill at most; 1 or more
   */
  public PlanFiller limited(int most) {
    return new PlanFiller(generator, drawing, devices, shard, chunkBytes, most);
  }

  /** Makes tensors of a plan, whose regions are known, in any order. */
  void fill(RegionFiller regions, List<PlannedTensor> order, ChunkSink sink) throws IOException {
    long bytes = new Plan(order, List.of(), List.of()).bytes(shard);
    long all = bytes + ChunkPipe.ALIGNMENT * order.size();
    try (ChunkPipe pipe = new ChunkPipe(devices, threads, Math.min(chunkBytes, all), sink)) {
      for (PlannedTensor tensor : order) {
        fill(tensor, regions, pipe);
      }
      pipe.finish();
    }
  }

  private void fill(PlannedTensor tensor, RegionFiller regions, ChunkPipe pipe) throws IOException {
    PlannedTensor source = RegionFiller.source(tensor);
    long most = Math.max(1, chunkBytes / tensor.dtype().bytes());
    int free = regions.cuts(tensor);
    List<ShardCut.Share> shares = tensor.cut().shares(tensor.shape(), shard);
    long offset = 0;
    Region all = Region.all(tensor.cut().shape(tensor.shape(), shard));
    for (Region slab : all.slabs(free, most)) {
      long bytes = slab.shape().numel() * tensor.dtype().bytes();
      Tensor chunk = pipe.next(slab.shape(), tensor.dtype());
      ChunkPipe.HostStep step = host -> {};
      for (ShardCut.Share share : shares) {
        Region shared = slab.intersect(share.local()).orElse(null);
        if (shared == null) {
          continue;
        }
        Region global = shared.movedFrom(share.local(), share.global());
        if (source.content() instanceof TensorContent.Drawn) {
          Tensor part = RegionFiller.narrow(chunk, shared.originIn(slab), shared.shape());
          regions.draw(part, source, global, pipe.fills());
        } else {
          step = step.then(host -> compute(host, slab, shared, global, tensor, regions));
        }
      }
      pipe.send(tensor, offset, bytes, step);
      offset += bytes;
    }
  }

  /** Computes on the host what a chunk has of a share. */
  private static void compute(
      MemorySegment host,
      Region slab,
      Region shared,
      Region global,
      PlannedTensor tensor,
      RegionFiller regions) {
    if (shared.equals(slab)) {
      regions.compute(Tensor.wrap(host, slab.shape(), tensor.dtype()), tensor, global);
      return;
    }
    try (Tensor values = Tensor.empty(shared.shape(), tensor.dtype())) {
      regions.compute(values, tensor, global);
      copyRows(values, host, shared.originIn(slab), slab.shape());
    }
  }

  /** Copies a tensor to its place in a larger one, a row of the last dimension at a time. */
  private static void copyRows(Tensor part, MemorySegment whole, long[] origin, Shape shape) {
    long[] strides = shape.rowMajorStrides();
    int last = strides.length - 1;
    long row = part.shape().size(last);
    long bytes = part.dtype().bytes();
    for (long n = 0; n < part.shape().numel() / row; n++) {
      long rest = n;
      long at = origin[last];
      for (int d = last - 1; d >= 0; d--) {
        at += (origin[d] + rest % part.shape().size(d)) * strides[d];
        rest /= part.shape().size(d);
      }
      MemorySegment.copy(part.segment(), n * row * bytes, whole, at * bytes, row * bytes);
    }
  }
}
