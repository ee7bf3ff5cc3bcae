package org.initium;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
 */
public final class FillBatch {
  private record Entry(Tensor tensor, Fill fill, Generator generator) {}

  private final List<Entry> entries = new ArrayList<>();

  /** A batch with no fills yet. */
  public FillBatch() {}

  /** Adds a fill with an initialiser; nothing is drawn or written yet. */
  public FillBatch add(Tensor tensor, Initializer initializer, Generator generator) {
    return add(tensor, initializer.fill(tensor.whole()), generator);
  }

  /**
   * Adds a fill; nothing is drawn or written yet.
   *
   * @throws IllegalArgumentException if the fill does not fit the shape or dtype
   */
  public FillBatch add(Tensor tensor, Fill fill, Generator generator) {
    Objects.requireNonNull(generator, "generator");
    fill.check(tensor.whole(), tensor.dtype());
    entries.add(new Entry(tensor, fill, generator));
    return this;
  }

  /** How many fills are in it. */
  public int size() {
    return entries.size();
  }

  /**
   * Queues the fills on a stream in the order in which they were added, and moves each generator
   * past the words of the whole tensor; then the batch is empty. Tensors without elements are left
   * alone, and so are their generators. What is wrong with streams and tensors is found before
   * anything is drawn; where a fill fails, those behind it are not done.
   *
   * @throws IllegalArgumentException if the stream is another device's than a tensor
   * @throws IllegalStateException if a tensor was closed
   */
  public void queue(Stream stream) {
    List<Entry> queued = List.copyOf(entries);
    entries.clear();
    for (Entry entry : queued) {
      entry.tensor.checkCanBeFilled(stream);
    }
    try (Backend.Queue queue = Backend.of(stream.device()).queue(stream)) {
      for (Entry entry : queued) {
        if (entry.tensor.whole().numel() > 0) {
          entry.tensor.during(
              () -> new Filler(entry.generator, queue).fill(entry.tensor, entry.fill));
        }
      }
    } finally {
      Reference.reachabilityFence(queued); // backends write to bare addresses
    }
  }
}
