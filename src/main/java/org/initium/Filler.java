package org.initium;

import java.util.Arrays;
import java.util.function.Consumer;
import org.initium.random.Generator;

/** Takes a fill apart into elementary ones on views, and hands those to a queue of the backend. */
record Filler(Generator generator, Backend.Queue queue) {

  /** Queues a fill on a stream. */
  static void fill(Tensor tensor, Fill fill, Generator generator, Stream stream) {
    Backend backend = Backend.of(tensor.device());
    if (fill instanceof Fill.Elementary elementary) {
      backend.fill(tensor, elementary, generator, stream);
      return;
    }
    try (Backend.Queue queue = backend.queue(stream)) {
      new Filler(generator, queue).fill(tensor, fill);
    }
  }

  void fill(Tensor tensor, Fill fill) {
    switch (fill) {
      case Fill.Elementary elementary -> elementary(tensor, elementary);
      case Fill.Centre centre -> centre(tensor, centre);
      case Fill.Repeated repeated -> repeated(tensor, repeated);
      case Fill.Each each -> each(tensor, each);
    }
  }

  private void elementary(Tensor tensor, Fill.Elementary fill) {
    queue.fill(tensor, fill, generator);
  }

  /** Zeros, then the tap's own fill. */
  private void centre(Tensor tensor, Fill.Centre fill) {
    elementary(tensor, new Fill.Constant(0));
    tap(tensor, fill);
  }

  /** The tap's fill on the region's part of the centre, however small. */
  private void tap(Tensor tensor, Fill.Centre fill) {
    Shape whole = tensor.whole();
    long[] origin = tensor.origin();
    Tensor tap = tensor;
    for (int d = whole.rank() - 1; d >= 2; d--) {
      long centre = whole.size(d) / 2 - origin[d];
      boolean here = tap != null && centre >= 0 && centre < tensor.shape().size(d);
      tap = here ? tap.select(d, centre) : null;
    }
    if (tap == null) {
      // The centre lies in another shard: nothing to write, but the stream moves on all the same.
      tap = tensor.narrow(0, 0, 0).reshape(0, tensor.shape().size(1));
    }
    elementary(tap.shardOf(Fill.Centre.tapShape(whole), origin[0], origin[1]), fill.tap());
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
      new Filler(own, queue).elementary(rows.shardOf(base, at), fill.base());
    }
  }

  /** One weight after the other; of those in other shards nothing is written. */
  private void each(Tensor tensor, Fill.Each fill) {
    Tensor turned = tensor.permute(fill.order().stream().mapToInt(d -> d).toArray());
    switch (fill.base()) {
      case Fill.Elementary base ->
          queue.apart(
              tensor, () -> each(turned, tensor.whole(), fill, part -> elementary(part, base)));
      case Fill.Centre base -> {
        elementary(tensor, new Fill.Constant(0));
        queue.apart(tensor, () -> each(turned, tensor.whole(), fill, part -> tap(part, base)));
      }
      case Fill.Repeated base -> each(turned, tensor.whole(), fill, part -> fill(part, base));
      case Fill.Each base -> each(turned, tensor.whole(), fill, part -> fill(part, base));
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
