package org.initium.recipe;

import java.util.List;
import java.util.Optional;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.io.TensorSpec;

/**
 * A tensor of a model, and what fills it.
 *
 * @param name its name
 * @param shape its sizes
 * @param dtype its element type
 * @param content what its values are
 * @param draw which stream it draws from
 * @param cut how shards share it out
 */
public record PlannedTensor(
    String name, Shape shape, DType dtype, Content content, Draw draw, Cut cut) {
  /** A tensor that draws from the stream of its name, and is shared out by rows. */
  public PlannedTensor(String name, Shape shape, DType dtype, Content content) {
    this(name, shape, dtype, content, Draw.OWN, Cut.ROWS);
  }

  /** A tensor with one initialiser. */
  public PlannedTensor(String name, Shape shape, DType dtype, Init init) {
    this(name, shape, dtype, Content.Drawn.of(shape, init));
  }

  /** What is drawn, part by part; nothing where the values are another tensor's. */
  public List<Content.Part> parts() {
    return content instanceof Content.Drawn drawn ? drawn.parts() : List.of();
  }

  /** What of this tensor is in a shard, as a tensor of a file. */
  public TensorSpec spec(RowShard shard) {
    return new TensorSpec(name, cut.shape(shape, shard), dtype);
  }

  /** The tensor that stands for this one in the file, where this one is left out of it. */
  public Optional<String> writtenAs() {
    if (content instanceof Content.Copied(PlannedTensor original, boolean once) && once) {
      return Optional.of(original.writtenAs().orElse(original.name()));
    }
    return Optional.empty();
  }

  PlannedTensor with(Cut other) {
    return new PlannedTensor(name, shape, dtype, content, draw, other);
  }
}
