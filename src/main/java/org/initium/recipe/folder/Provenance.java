// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.folder;

import java.util.Map;
import java.util.TreeMap;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.RowShard;

/**
 * What a file's metadata say of the run that made it, so that it can be made again.
 *
 * @since 0.1.0
 */
public final class Provenance {
  /** Whose keys they are. */
  public static final String PREFIX = "initium.";

  static final String SHARD = PREFIX + "shard";

  private Provenance() {}

  /**
   * {@return the metadata of a run} {@code format} is what Hugging Face's loaders ask for, the rest
   * is for {@code verify}.
   *
   * @param generator its name, as {@link org.initium.random.Generator#parse} reads it
   * @param seed of the generator
   */
  public static Map<String, String> of(String generator, long seed) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("format", "pt");
    metadata.put(PREFIX + "generator", generator);
    metadata.put(PREFIX + "seed", Long.toUnsignedString(seed));
    return metadata;
  }

  /**
   * {@return the metadata of a shard's files: of the run, and which tensors stand for others}
   *
   * @param plan whose tensors are in the files
   * @param run metadata of the run
   * @param shard which share of each
   */
  public static Map<String, String> of(Plan plan, Map<String, String> run, RowShard shard) {
    Map<String, String> metadata = new TreeMap<>(run);
    metadata.put(SHARD, shard.toString());
    // As safetensors.torch.save_model says of tensors that share memory: its load_model finds them.
    plan.tensors()
        .forEach(tensor -> tensor.writtenAs().ifPresent(kept -> metadata.put(tensor.name(), kept)));
    return metadata;
  }
}
