package org.initium.recipe;

import java.util.List;
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
 * @param parts what fills it: one part that is all of it, or several that tile it
 */
public record PlannedTensor(String name, Shape shape, DType dtype, List<Part> parts) {
  /** A region of a tensor with an initialiser of its own, which sees the region's shape. */
  public record Part(Region region, Init init) {}

  /** A tensor with one initialiser. */
  public PlannedTensor(String name, Shape shape, DType dtype, Init init) {
    this(name, shape, dtype, List.of(new Part(Region.all(shape), init)));
  }

  /** The rows of this tensor that are in a shard, as a tensor of a file. */
  public TensorSpec spec(RowShard shard) {
    return new TensorSpec(name, shard.of(shape).shape(), dtype);
  }
}
