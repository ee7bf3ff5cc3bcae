// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.initium.io.Checkpoint;
import org.initium.io.output.CheckpointWriter;
import org.initium.text.Text;

/**
 * What a command reads, and must not write over or remove.
 *
 * @param files all of them
 */
record OverwriteGuard(List<Path> files) {
  /** A checkpoint's: the file, or the index and its files. */
  static List<Path> of(Checkpoint checkpoint) {
    List<Path> files = new ArrayList<>(checkpoint.files());
    files.add(checkpoint.path());
    return files;
  }

  /**
   * Refuses a checkpoint that would take the place of an input: the file, the index and the files
   * that it names.
   *
   * @throws IllegalArgumentException if it would
   */
  void keepFromCheckpoint(Path output) throws IOException {
    List<Path> outputs = new ArrayList<>(CheckpointWriter.replaced(output));
    outputs.addFirst(output);
    keep(outputs);
  }

  /** By what the system knows files by, links and hard links included, or by their real names. */
  private static Optional<Object> key(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return Optional.of(key == null ? file.toRealPath() : key);
  }

  /**
   * Refuses outputs one of which is an input, by whatever name or link.
   *
   * @throws IllegalArgumentException if it is
   */
  void keep(List<Path> outputs) throws IOException {
    Set<Object> keys = new HashSet<>();
    for (Path input : files) {
      key(input).ifPresent(keys::add);
    }
    for (Path output : outputs) {
      if (key(output).map(keys::contains).orElse(false)) {
        throw new IllegalArgumentException(
            Text.message(
                "%s is read by this command, which would write over it; give another name for the"
                    + " output",
                output));
      }
    }
  }
}
