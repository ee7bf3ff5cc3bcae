// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.initium.InitiumException;
import org.initium.io.CheckpointLayout;
import org.initium.recipe.folder.ShardedFolder;

/**
 * The files of an earlier model, which go when those of the new one have their names. Someone
 * else's are refused before anything is made: a loader might take them for the model.
 */
final class ReplacedFiles {
  /** Names them while {@code _SUCCESS} is not there, to a driver that goes on for a killed one. */
  private static final String NOTE = "replaced";

  private static final String TENSORS = ".safetensors";
  private static final List<String> INDICES =
      List.of(CheckpointLayout.indexName("model" + TENSORS), ShardedFolder.INDEX);

  private final HadoopOutput output;
  private final List<String> stale = new ArrayList<>();

  private ReplacedFiles(HadoopOutput output) {
    this.output = output;
  }

  /**
   * Finds them, and notes them in the job's folder.
   *
   * @param own the names of the new model's files and its index
   * @throws InitiumException if the folder has safetensors files of neither model
   */
  static ReplacedFiles by(Set<String> own, HadoopOutput output) throws IOException {
    Map<String, String> before = new HashMap<>(Hashes.parse(output.read(SparkInit.SUCCESS)));
    before.putAll(Hashes.parse(output.readOfJob(NOTE)));
    ReplacedFiles replaced = new ReplacedFiles(output);
    StringBuilder note = new StringBuilder();
    for (String name : output.names()) {
      if (own.contains(name)) {
        continue;
      }
      if (before.containsKey(name)) {
        note.append(Hashes.line(before.get(name), name));
        replaced.stale.add(name);
      } else if (INDICES.contains(name)) {
        replaced.stale.add(name);
      } else if (name.endsWith(TENSORS)) {
        throw new InitiumException(
            output
                + " has "
                + name
                + ", which is no file of this model and of none that Spark made there;"
                + " give a new folder, or remove it");
      }
    }
    if (!note.isEmpty()) {
      output.writeOfJob(NOTE, note.toString().getBytes(StandardCharsets.UTF_8));
    }
    return replaced;
  }

  void remove() throws IOException {
    for (String name : stale) {
      output.remove(name);
    }
  }
}
