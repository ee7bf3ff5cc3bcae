// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.initium.io.TensorSpec;
import org.initium.io.output.CheckpointWriter;
import org.initium.recipe.folder.Provenance;
import org.initium.recipe.plan.Plan;

/**
 * Writes the values of a plan to safetensors files.
 *
 * @since 0.1.0
 */
public final class ModelWriter {
  private ModelWriter() {}

  /**
   * Writes the model; the files appear when all of them are whole.
   *
   * @param metadata for the header
   * @param maxFileBytes where a further file begins
   * @param progress is told how many more bytes are written
   * @param plan the tensors
   * @param filler makes the values
   * @param out path of the file, {@code model.safetensors}
   * @throws java.io.IOException if a file cannot be written
   * @return the files
   */
  public static List<Path> write(
      Plan plan,
      PlanFiller filler,
      Path out,
      Map<String, String> metadata,
      long maxFileBytes,
      LongConsumer progress)
      throws IOException {
    List<TensorSpec> specs =
        plan.written().stream().map(tensor -> tensor.spec(filler.shard())).toList();
    Map<String, String> all = Provenance.of(plan, metadata, filler.shard());
    try (CheckpointWriter writer = CheckpointWriter.create(out, specs, all, maxFileBytes)) {
      return new PieceWriter(plan, filler).write(writer, filler.shard(), progress);
    }
  }
}
