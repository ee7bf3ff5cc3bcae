// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.io.StoredType;
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
 * @param written whether it is in the file; not where it is drawn for the sake of what is drawn
 *     behind it, as a module does that draws anew
 * @since 0.1.0
 */
public record PlannedTensor(
    String name,
    Shape shape,
    DType dtype,
    TensorContent content,
    StreamChoice draw,
    ShardCut cut,
    boolean written)
    implements Serializable {
  /**
   * A tensor that draws from the stream of its name, and is shared out by rows.
   *
   * @param name its name
   * @param shape its sizes
   * @param dtype its element type
   * @param content what its values are
   */
  public PlannedTensor(String name, Shape shape, DType dtype, TensorContent content) {
    this(name, shape, dtype, content, StreamChoice.OWN, ShardCut.ROWS, true);
  }

  /**
   * A tensor with one initializer.
   *
   * @param name its name
   * @param shape its sizes
   * @param dtype its element type
   * @param init what all of it draws by
   */
  public PlannedTensor(String name, Shape shape, DType dtype, Init init) {
    this(
        name,
        shape,
        dtype,
        new TensorContent.Drawn(List.of(new TensorContent.Part(Region.all(shape), init))));
  }

  /** {@return what is drawn, part by part; nothing where the values are another tensor's} */
  public List<TensorContent.Part> parts() {
    if (content instanceof TensorContent.Drawn drawn) { // the usual one, before a switch's start
      return drawn.parts();
    }
    return switch (content) {
      case TensorContent.Drawn drawn -> drawn.parts();
      case TensorContent.Kept kept -> kept.rest();
      case TensorContent.Copied copied -> List.of();
      case TensorContent.Norm norm -> List.of();
    };
  }

  /**
   * {@return what of this tensor is in a shard, as a tensor of a file}
   *
   * @param shard which share
   */
  public TensorSpec spec(RowShard shard) {
    StoredType type = storedType();
    return new TensorSpec(
        name,
        type.shown(cut.shape(shape, shard)),
        type,
        shard.count() == 1
            ? Optional.empty()
            : cut.savedOffsets(shape, shard).map(type::shown).map(PlannedTensor::list));
  }

  private static List<Long> list(Shape offsets) {
    return LongStream.of(offsets.sizes()).boxed().toList();
  }

  /**
   * {@return the element type in a file} Another than this tensor's own where it is kept of a file
   * and we fill none of that type: its bits are copied as those of the type's carrier.
   */
  public StoredType storedType() {
    if (content instanceof TensorContent.Kept kept) {
      return kept.entry().tensor().type();
    }
    if (content instanceof TensorContent.Copied copied && copied.original().dtype() == dtype) {
      return copied.original().storedType();
    }
    return StoredType.of(dtype);
  }

  /** {@return the tensor that stands for this one in the file, where this one is left out of it} */
  public Optional<String> writtenAs() {
    if (content instanceof TensorContent.Copied(PlannedTensor original, boolean once) && once) {
      return Optional.of(original.writtenAs().orElse(original.name()));
    }
    return Optional.empty();
  }

  /** Whether it has a place of its own in the file. */
  boolean isStored() {
    return written && writtenAs().isEmpty();
  }
}
