// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import org.initium.recipe.plan.RowShard;

/**
 * How a model is shared out among files, each of which a process may make by itself.
 *
 * @since 0.1.0
 */
public sealed interface FileLayout {
  /**
   * Whole tensors, as Hugging Face's checkpoints have them: files {@code
   * model-00001-of-0000m.safetensors} and an index.
   *
   * @param checkpoint the checkpoint's name, {@code model.safetensors}
   * @param maxBytes where a further file begins
   */
  record Files(String checkpoint, long maxBytes) implements FileLayout {}

  /**
   * A share of each tensor, as PyTorch's distributed checkpoints have it: files {@code
   * shard-0000i-model-00001-of-00001.safetensors}.
   *
   * @param count how many shares, 1 or more
   */
  record Rows(int count) implements FileLayout {
    /** So many shards. */
    public Rows {
      new RowShard(0, count);
    }
  }

  /**
   * {@return files of whole tensors, of a checkpoint {@code model.safetensors}}
   *
   * @param maxBytes where a further file begins
   */
  static FileLayout files(long maxBytes) {
    return new Files("model.safetensors", maxBytes);
  }

  /**
   * {@return shards by rows, or by what the recipe says under {@code shards}}
   *
   * @param count how many, 1 or more
   */
  static FileLayout rows(int count) {
    return new Rows(count);
  }
}
