// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.initium.cli.console.ByteSize;
import org.initium.cli.console.Progress;
import org.initium.io.CheckpointLayout;
import org.initium.io.output.CheckpointWriter;
import org.initium.recipe.folder.CheckpointFolder;
import org.initium.recipe.model.FileLayout;
import org.initium.recipe.model.Piece;
import org.initium.recipe.model.PieceWriter;
import org.initium.recipe.model.Pieces;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.RowShard;
import org.initium.text.Text;

/** {@code init --part} and {@code finish}: several runs make one model in a folder. */
record SharedFolder(PrintStream out) {
  static void noteLeftovers(Path file) throws IOException {
    for (Path leftover : CheckpointWriter.leftovers(file)) {
      System.err.println("note: a killed run left " + leftover + ", which can be deleted");
    }
  }

  /** Makes every n-th of the several files of a checkpoint, each by itself. */
  int part(
      Plan plan,
      OverwriteGuard guard,
      Path file,
      PlanFiller filler,
      Map<String, String> metadata,
      ModelCommands.Share share)
      throws IOException {
    if (share.shard().count() > 1) {
      throw new IllegalArgumentException(
          "--part shares out files of whole tensors, --shard each tensor; give one of them");
    }
    Path checkpoint = Files.isDirectory(file) ? file.resolve("model.safetensors") : file;
    long most = share.maxFileBytes().orElse(ModelCommands.Share.MAX_FILE_BYTES);
    FileLayout layout = new FileLayout.Files(checkpoint.getFileName().toString(), most);
    List<Piece> all = Pieces.of(plan, layout, filler, metadata);
    RowShard part = share.part().orElseThrow();
    List<Piece> ours =
        IntStream.range(0, all.size())
            .filter(piece -> piece % part.count() == part.index())
            .mapToObj(all::get)
            .toList();
    Path folder = checkpoint.toAbsolutePath().getParent();
    List<Path> written =
        new ArrayList<>(List.of(CheckpointLayout.index(checkpoint))); // by 'finish'
    all.forEach(piece -> written.add(folder.resolve(piece.file())));
    guard.keep(written);
    PieceWriter writer = new PieceWriter(plan, filler);
    long bytes = ours.stream().mapToLong(piece -> piece.header().dataBytes()).sum();
    try (Progress progress = new Progress("writing", bytes)) {
      for (Piece piece : ours) {
        noteLeftovers(folder.resolve(piece.file()));
        writer.write(piece, folder, progress);
      }
      out.println(
          Text.message(
              "wrote %,d of the %s of %s in %s; when all are there: initium finish %s",
              ours.size(), Text.count(all.size(), "file"), checkpoint, progress.summary(), folder));
    }
    return 0;
  }

  /**
   * Refuses the name of a folder that was forgotten: as that of a file, each run's share would take
   * the place of the last one's.
   */
  static void checkIsThere(Path file) {
    if (!file.toString().endsWith(".safetensors") && !Files.exists(file)) {
      throw new IllegalArgumentException(
          Text.message(
              "no folder %s: make it before, or give the name of a file that ends in .safetensors",
              file));
    }
  }

  int finish(Path folder) throws IOException {
    CheckpointFolder.Finished done = CheckpointFolder.finish(folder);
    out.println(
        Text.message(
            "wrote %s: %s, %s%s, %s",
            done.index(),
            Text.count(done.tensors(), "tensor"),
            Text.count(done.files(), "file"),
            done.shards() == 1 ? "" : " of " + Text.count(done.shards(), "shard"),
            ByteSize.format(done.bytes())));
    return 0;
  }
}
