// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.io.Serializable;
import org.initium.text.Text;

/**
 * A share of every tensor's rows (dimension 0): shard i of n, from 0, has the rows from {@code
 * floor(i*rows/n)} to {@code floor((i+1)*rows/n)}, so that the shards in order, one behind the
 * other, are the whole. A scalar has no rows and is in every shard.
 *
 * @param index which share, from 0
 * @param count how many there are, 1 or more
 * @since 0.1.0
 */
public record RowShard(int index, int count) implements Serializable {
  /** The one shard that is all. */
  public static final RowShard ALL = new RowShard(0, 1);

  /** Shard {@code index} of {@code count}. */
  public RowShard {
    if (count < 1 || index < 0 || index >= count) {
      throw new IllegalArgumentException(
          Text.message(
              "shard %d/%d is not one: of n shards, there are 0/n to (n-1)/n", index, count));
    }
  }

  /**
   * Parses {@code 0/4}.
   *
   * @param text {@code i/n} with i below n
   * @return the share
   * @throws IllegalArgumentException if it is no such text
   */
  public static RowShard parse(String text) {
    if (!text.matches("[0-9]{1,9}/[0-9]{1,9}")) {
      throw new IllegalArgumentException(
          "shard '" + text + "' is not index/count; write 0/4 for the first of four");
    }
    int slash = text.indexOf('/');
    return new RowShard(
        Integer.parseInt(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  /**
   * {@return the name that PyTorch's distributed checkpoints give a shard's file, or the first of
   * them} It counts from 1: {@code shard-00001-model-00001-of-00001.safetensors} for 0/4.
   */
  public String fileName() {
    return Text.format("shard-%05d-model-00001-of-00001.safetensors", index + 1);
  }

  /** Where a shard begins in so many rows: floor(i * rows / count) without overflow. */
  long begin(long i, long rows) {
    return rows / count * i + rows % count * i / count;
  }

  @Override
  public String toString() {
    return index + "/" + count;
  }
}
