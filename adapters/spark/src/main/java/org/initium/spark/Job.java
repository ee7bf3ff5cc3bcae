// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.spark.util.SerializableConfiguration;
import org.initium.recipe.model.Piece;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;

/**
 * What all tasks of a model know.
 *
 * @param plan the model
 * @param source where its values come from
 * @param folder where its files go, as Hadoop names it
 * @param id of the model: the same for the same files
 * @param run of this driver: no two attempts of two drivers have one name
 * @param made what an earlier run has committed: the files' hashes by their names
 * @param hadoop the driver's settings of file systems
 */
record Job(
    Plan plan,
    Source source,
    String folder,
    String id,
    String run,
    Map<String, String> made,
    SerializableConfiguration hadoop)
    implements Serializable {
  HadoopOutput output() throws IOException {
    return new HadoopOutput(folder, id, hadoop.value());
  }

  /** Digits of a hash of all that the files' bytes depend on. */
  static String id(Plan plan, Source source, List<Piece> pieces) {
    MessageDigest digest = HadoopOutput.sha256();
    add(digest, source.toString());
    for (PlannedTensor tensor : plan.tensors()) {
      add(digest, tensor.toString());
    }
    for (Piece piece : pieces) {
      add(digest, piece.file());
      add(digest, piece.shard().toString());
      add(digest, piece.header().metadata().toString());
      piece.header().tensors().forEach(tensor -> add(digest, tensor.toString()));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  private static void add(MessageDigest digest, String text) {
    digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
