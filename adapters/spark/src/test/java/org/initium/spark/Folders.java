// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.folder.CheckpointFolder;
import org.initium.recipe.folder.Provenance;
import org.initium.recipe.model.FileLayout;
import org.initium.recipe.model.Piece;
import org.initium.recipe.model.PieceWriter;
import org.initium.recipe.model.Pieces;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.Plan;

/** Folders of models, by what their files have in them. */
final class Folders {
  private Folders() {}

  /** What {@code init --part} or {@code init --shard}, and then {@code finish}, make of a plan. */
  static Path ofOneProcess(Path folder, Plan plan, long seed, FileLayout layout)
      throws IOException {
    Files.createDirectories(folder);
    PlanFiller filler = new PlanFiller(Generator.philox(seed), Device.CPU);
    PieceWriter writer = new PieceWriter(plan, filler);
    for (Piece piece : Pieces.of(plan, layout, filler, Provenance.of("philox", seed))) {
      writer.write(piece, folder, bytes -> {});
    }
    CheckpointFolder.finish(folder);
    return folder;
  }

  /** Files by their names, below the folder too. */
  static Map<String, String> hashes(Path folder) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] digest = HadoopOutput.sha256().digest(Files.readAllBytes(file));
        hashes.put(folder.relativize(file).toString(), HexFormat.of().formatHex(digest));
      }
    }
    return hashes;
  }

  /** The folder has the very files of the other, {@code _SUCCESS}, and nothing else. */
  static void assertSame(Path expected, Path folder) throws IOException {
    Map<String, String> hashes = hashes(folder);
    hashes.remove(SparkInit.SUCCESS);
    assertEquals(hashes(expected), hashes);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(hashes.size() + 1, files.count(), "folders and all");
    }
    Map<String, String> told = Hashes.parse(Files.readString(folder.resolve(SparkInit.SUCCESS)));
    told.forEach((name, hash) -> assertEquals(hashes.get(name), hash, name));
  }
}
