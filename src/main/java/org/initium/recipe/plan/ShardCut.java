// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.initium.Shape;

/**
 * How a tensor is shared out among shards: cut in one dimension, all of it or each of some parts
 * for itself, or in every shard as a whole.
 *
 * @param dimension the one that is cut, below 0 for none
 * @param parts what is cut for itself, so that a shard has a share of each, one behind the other in
 *     that dimension: queries, keys and values in one weight. Empty for all of the tensor.
 * @since 0.1.0
 */
public record ShardCut(int dimension, List<Region> parts) implements Serializable {
  /** By rows, as a whole. */
  public static final ShardCut ROWS = new ShardCut(0, List.of());

  /** In every shard as a whole. */
  public static final ShardCut REPLICATED = new ShardCut(-1, List.of());

  /**
   * Elements of a shard.
   *
   * @param local where they are in the shard's tensor
   * @param global where they are in the whole
   */
  public record Share(Region local, Region global) {}

  /**
   * {@return what a shard has of a tensor} In their order in the shard's tensor, and together all
   * of it.
   *
   * @param whole the tensor's sizes
   * @param shard which
   */
  public List<Share> shares(Shape whole, RowShard shard) {
    if (dimension < 0 || whole.rank() == 0) {
      return List.of(new Share(Region.all(whole), Region.all(whole)));
    }
    List<Share> shares = new ArrayList<>();
    long behind = 0;
    for (Region part : parts.isEmpty() ? List.of(Region.all(whole)) : parts) {
      long size = part.shape().size(dimension);
      long first = shard.begin(shard.index(), size);
      long length = shard.begin(shard.index() + 1L, size) - first;
      Region global = part.narrow(dimension, first, length);
      long[] origin = new long[whole.rank()];
      origin[dimension] = behind;
      shares.add(new Share(new Region(origin, global.shape()), global));
      behind += length;
    }
    return shares;
  }

  /**
   * Where a shard's tensor begins in the whole; nothing where it is of several parts, which is not
   * one place. PyTorch tells slices by this place: a slice without elements stands behind the
   * whole, where no other begins.
   */
  Optional<Shape> savedOffsets(Shape whole, RowShard shard) {
    List<Share> shares = shares(whole, shard);
    if (shares.size() > 1) {
      return Optional.empty();
    }
    Region slice = shares.getFirst().global();
    long[] origin = slice.origin().clone();
    if (slice.shape().numel() == 0 && whole.numel() > 0) {
      origin[dimension] = whole.size(dimension);
    }
    return Optional.of(Shape.of(origin));
  }

  /**
   * {@return the shape of a shard's tensor}
   *
   * @param whole the tensor's sizes
   * @param shard which
   */
  public Shape shape(Shape whole, RowShard shard) {
    List<Share> shares = shares(whole, shard);
    if (dimension < 0 || whole.rank() == 0) {
      return whole;
    }
    long size = shares.stream().mapToLong(s -> s.local().shape().size(dimension)).sum();
    return whole.with(dimension, size);
  }
}
