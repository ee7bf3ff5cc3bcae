// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.initium.random.Generator;

/**
 * Fills that are queued together. They give the bits, and leave the generators, that {@link
 * Tensor#fill(Fill, Generator, Stream)} would one after the other; on a GPU many small tensors, as
 * the biases and norms of a model, take few launches.
 *
 * <pre>{@code
 * FillBatch batch = new FillBatch();
 * biases.forEach(bias -> batch.add(bias, Init.zeros(), generator));
 * batch.queue(stream);
 * }</pre>
 *
 * @since 0.1.0
 */
public final class FillBatch {
  private record Entry(Tensor tensor, Fill fill, Generator generator) {}

  private final List<Entry> entries = new ArrayList<>();

  /** A batch with no fills yet. */
  public FillBatch() {}

  /**
   * Adds a fill with an initializer; nothing is drawn or written yet.
   *
   * @param tensor what is filled
   * @param initializer which gives the law for the shape of its whole
   * @param generator what it draws from when the batch is queued
   * @return this batch
   * @throws IllegalArgumentException if the initializer does not suit the shape or dtype
   */
  public FillBatch add(Tensor tensor, Initializer initializer, Generator generator) {
    return add(tensor, initializer.fill(tensor.whole()), generator);
  }

  /**
   * Adds a fill; nothing is drawn or written yet.
   *
   * @param tensor what is filled
   * @param fill the law
   * @param generator what it draws from when the batch is queued
   * @return this batch
   * @throws IllegalArgumentException if the fill does not fit the shape or dtype
   */
  public FillBatch add(Tensor tensor, Fill fill, Generator generator) {
    Objects.requireNonNull(generator, "generator");
    fill.check(tensor.whole(), tensor.dtype());
    entries.add(new Entry(tensor, fill, generator));
    return this;
  }

  /** {@return how many fills are in it} */
  public int size() {
    return entries.size();
  }

  /**
   * Queues the fills on a stream in the order in which they were added, and moves each generator
   * past the words of the whole tensor; then the batch is empty, unless it was refused. Tensors
   * without elements are left alone, and so are their generators. What is wrong with streams and
   * tensors is found before anything is drawn; where a fill fails, those behind it are not done.
   *
   * @param stream a stream of the tensors' device
   * @throws IllegalArgumentException if the stream is another device's than a tensor
   * @throws IllegalStateException if a tensor was closed
   */
  public void queue(Stream stream) {
    List<Entry> queued = List.copyOf(entries);
    for (Entry entry : queued) {
      entry.tensor.checkCanBeFilled(stream);
    }
    entries.clear(); // of what was refused, all is left as it was
    try (Backend.Queue queue = Backend.of(stream.device()).queue(stream)) {
      for (Entry entry : queued) {
        if (entry.tensor.whole().numel() > 0) {
          entry.tensor.during(
              () -> new Decomposition(entry.generator, queue).fill(entry.tensor, entry.fill));
        }
      }
    } finally {
      Reference.reachabilityFence(queued); // backends write to bare addresses
    }
  }

  /** One fill on a stream, queued when it is run. Not a lambda: a process's first takes 5 ms. */
  record Single(Tensor tensor, Fill fill, Generator generator, Stream stream) implements Runnable {
    @Override
    public void run() {
      Backend backend = Backend.of(tensor.device());
      if (fill instanceof Fill.Elementary elementary) {
        backend.fill(tensor, elementary, generator, stream);
        return;
      }
      try (Backend.Queue queue = backend.queue(stream)) {
        new Decomposition(generator, queue).fill(tensor, fill);
      }
    }
  }

  /**
   * Takes a fill apart into elementary ones on views, and hands those to a queue of the backend.
   */
  private record Decomposition(Generator generator, Backend.Queue queue) {

    void fill(Tensor tensor, Fill fill) {
      if (fill instanceof Fill.Elementary elementary) { // the usual one: decision 0030
        elementary(tensor, elementary);
        return;
      }
      switch (fill) {
        case Fill.Elementary elementary -> elementary(tensor, elementary);
        case Fill.Center center -> center(tensor, center);
        case Fill.Repeated repeated -> repeated(tensor, repeated);
        case Fill.Each each -> each(tensor, each);
      }
    }

    private void elementary(Tensor tensor, Fill.Elementary fill) {
      queue.fill(tensor, fill, generator);
    }

    /** Zeros, then the tap's own fill. */
    private void center(Tensor tensor, Fill.Center fill) {
      elementary(tensor, new Fill.Constant(0));
      tap(tensor, fill);
    }

    /** The tap's fill on the region's part of the center, however small. */
    private void tap(Tensor tensor, Fill.Center fill) {
      Shape whole = tensor.whole();
      long[] origin = tensor.origin();
      Tensor tap = tensor;
      for (int d = whole.rank() - 1; d >= 2; d--) {
        long center = whole.size(d) / 2 - origin[d];
        boolean here = tap != null && center >= 0 && center < tensor.shape().size(d);
        tap = here ? tap.select(d, center) : null;
      }
      if (tap == null) {
        // The center lies in another shard: nothing to write, but the stream moves on all the same.
        tap = tensor.narrow(0, 0, 0).reshape(0, tensor.shape().size(1));
      }
      elementary(tap.shardOf(Fill.Center.tapShape(whole), origin[0], origin[1]), fill.tap());
    }

    /** Each of the copies is a strided view that gets the base fill from the same place. */
    private void repeated(Tensor tensor, Fill.Repeated fill) {
      Shape base = fill.baseShape(tensor.whole());
      long[] origin = tensor.origin();
      long first = origin[0];
      Generator start = generator.copy();
      for (long copy = 0; copy < fill.times(); copy++) {
        long skip = Math.floorMod(copy - first, fill.times());
        long[] at = origin.clone();
        at[0] = (first + skip) / fill.times();
        Generator own = copy == fill.times() - 1 ? generator : start.copy();
        Tensor rows = tensor.every(0, skip, fill.times());
        at[0] = Math.min(at[0], base.size(0) - rows.shape().size(0));
        new Decomposition(own, queue).elementary(rows.shardOf(base, at), fill.base());
      }
    }

    /** One weight after the other; of those in other shards nothing is written. */
    private void each(Tensor tensor, Fill.Each fill) {
      Tensor turned = tensor.permute(fill.order().stream().mapToInt(d -> d).toArray());
      switch (fill.base()) {
        case Fill.Elementary base ->
            queue.apart(
                tensor, () -> each(turned, tensor.whole(), fill, part -> elementary(part, base)));
        case Fill.Center base -> {
          elementary(tensor, new Fill.Constant(0));
          queue.apart(tensor, () -> each(turned, tensor.whole(), fill, part -> tap(part, base)));
        }
        case Fill.Repeated _, Fill.Each _ ->
            each(turned, tensor.whole(), fill, part -> fill(part, fill.base()));
      }
    }

    private static void each(Tensor turned, Shape whole, Fill.Each fill, Consumer<Tensor> one) {
      Shape shape = fill.shape(whole);
      long[] place = new long[fill.batch()];
      for (long n = fill.count(whole); n > 0; n--) {
        one.accept(part(turned, place, shape));
        for (int d = place.length - 1; d >= 0 && ++place[d] == turned.whole().size(d); d--) {
          place[d] = 0;
        }
      }
    }

    /**
     * What a region has of the part of its whole at that place in the first dimensions: a region of
     * the part, without elements where it has none.
     */
    private static Tensor part(Tensor tensor, long[] place, Shape part) {
      long[] origin = tensor.origin();
      Tensor here = tensor;
      for (int d = 0; d < place.length; d++) {
        long at = place[d] - origin[d];
        if (at < 0 || at >= tensor.shape().size(d)) {
          long[] none = new long[part.rank()];
          return tensor.narrow(d, 0, 0).reshape(none).shardOf(part, none);
        }
        here = here.select(0, at);
      }
      return here.shardOf(part, Arrays.copyOfRange(origin, place.length, origin.length));
    }
  }
}
