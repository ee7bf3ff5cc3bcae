package org.initium.recipe;

import java.util.ArrayList;
import java.util.List;
import org.initium.Shape;

/**
 * How a tensor is shared out among shards: cut in one dimension, all of it or each of some parts
 * for itself, or in every shard as a whole.
 *
 * @param dimension the one that is cut, below 0 for none
 * @param parts what is cut for itself, so that a shard has a share of each, one behind the other in
 *     that dimension: queries, keys and values in one weight. Empty for all of the tensor.
 */
public record Cut(int dimension, List<Region> parts) {
  /** By rows, as a whole. */
  public static final Cut ROWS = new Cut(0, List.of());

  /** In every shard as a whole. */
  public static final Cut REPLICATED = new Cut(-1, List.of());

  /**
   * Elements of a shard.
   *
   * @param local where they are in the shard's tensor
   * @param global where they are in the whole
   */
  record Share(Region local, Region global) {}

  /** What a shard has of a tensor: together, all of the shard's tensor. */
  List<Share> shares(Shape whole, RowShard shard) {
    if (dimension < 0 || whole.rank() == 0) {
      return List.of(new Share(Region.all(whole), Region.all(whole)));
    }
    List<Share> shares = new ArrayList<>();
    long behind = 0;
    for (Region part : parts.isEmpty() ? List.of(Region.all(whole)) : parts) {
      long size = part.shape().size(dimension);
      long first = shard.boundary(size);
      long length = shard.end(size) - first;
      Region global = part.narrow(dimension, first, length);
      long[] origin = new long[whole.rank()];
      origin[dimension] = behind;
      shares.add(new Share(new Region(origin, global.shape()), global));
      behind += length;
    }
    return shares;
  }

  /** The shape of a shard's tensor. */
  Shape shape(Shape whole, RowShard shard) {
    List<Share> shares = shares(whole, shard);
    if (dimension < 0 || whole.rank() == 0) {
      return whole;
    }
    long size = shares.stream().mapToLong(s -> s.local().shape().size(dimension)).sum();
    return whole.with(dimension, size);
  }
}
