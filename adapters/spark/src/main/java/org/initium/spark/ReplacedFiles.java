// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.initium.InitiumException;
import org.initium.io.CheckpointLayout;
import org.initium.recipe.folder.FolderIndex;

/**
 * The files of earlier models, also of jobs that ended in their middle, which go when those of the
 * new one have their names. Someone else's are refused before anything is made: a loader might take
 * them for the model.
 */
final class ReplacedFiles {
  /** Names them while {@code _SUCCESS} is not there, to whoever comes after a killed driver. */
  private static final String REPLACED = "replaced";

  /** Names what a job makes, to another one that finds some of it there. */
  private static final String MADE = "made";

  private static final String TENSORS = ".safetensors";
  private static final List<String> INDICES =
      List.of(CheckpointLayout.indexName("model" + TENSORS), FolderIndex.OF_SHARDS);

  private final HadoopOutput output;
  private final List<String> stale = new ArrayList<>();
  private final List<String> jobs;

  private ReplacedFiles(HadoopOutput output) throws IOException {
    this.output = output;
    this.jobs = output.otherJobs();
  }

  /**
   * Finds them, and notes them in the job's folder, and what the job makes. All other jobs are dead
   * (see {@link Heartbeat}).
   *
   * @param own the names of the new model's files and its index
   * @throws InitiumException if the folder has safetensors files of neither model
   */
  static ReplacedFiles by(Set<String> own, HadoopOutput output) throws IOException {
    ReplacedFiles replaced = new ReplacedFiles(output);
    Set<String> before = new HashSet<>(Hashes.parse(output.read(SparkInit.SUCCESS)).keySet());
    output.readOfJob(REPLACED).lines().forEach(before::add);
    for (String job : replaced.jobs) {
      for (String note : List.of(MADE, REPLACED)) {
        output.read(job + "/" + note).lines().forEach(before::add);
      }
    }
    for (String name : output.names()) {
      if (own.contains(name)) {
        continue;
      }
      if (before.contains(name) || INDICES.contains(name)) {
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
    output.writeOfJob(REPLACED, String.join("\n", replaced.stale));
    output.writeOfJob(MADE, String.join("\n", own));
    return replaced;
  }

  void remove() throws IOException {
    for (String name : stale) {
      output.remove(name);
    }
    for (String job : jobs) {
      output.removeJob(job);
    }
  }
}
