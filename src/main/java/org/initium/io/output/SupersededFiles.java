// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.io.Checkpoint;
import org.initium.io.CheckpointLayout;
import org.initium.io.MalformedFileException;

/**
 * The files that a checkpoint takes the place of: the one file, the index, the files that the index
 * named, and those of killed runs, which no index names. Found while nobody else gives files of the
 * checkpoint their names.
 *
 * @param named what the old index named
 * @param stale what is of no use when the new files have their names
 */
record SupersededFiles(Set<Path> named, List<Path> stale) {
  static SupersededFiles by(List<Path> names, Path target) throws IOException {
    Path index = CheckpointLayout.index(target);
    Set<Path> named = new HashSet<>();
    if (Files.isRegularFile(index, LinkOption.NOFOLLOW_LINKS)) {
      for (String name : filesOf(index)) {
        named.add(target.resolveSibling(name));
      }
    }
    List<Path> stale = new ArrayList<>();
    // First what readers would take before the new files, or for a model whose files are going.
    for (Path first : List.of(target, index)) {
      if (!names.contains(first) && Files.isRegularFile(first, LinkOption.NOFOLLOW_LINKS)) {
        stale.add(first);
      }
    }
    Pattern parts = CheckpointLayout.parts(target.getFileName().toString());
    try (DirectoryStream<Path> files = Files.newDirectoryStream(target.getParent())) {
      for (Path file : files) {
        Matcher part = parts.matcher(file.getFileName().toString());
        boolean isOld = part.matches() && (part.group(1) != null || named.contains(file));
        if (isOld && !names.contains(file)) {
          stale.add(file);
        }
      }
    }
    return new SupersededFiles(named, stale);
  }

  private static Set<String> filesOf(Path index) throws IOException {
    try {
      return new HashSet<>(Checkpoint.weightMap(index).values());
    } catch (MalformedFileException e) {
      return Set.of(); // an index of nothing
    }
  }

  void remove() throws IOException {
    for (Path file : stale) {
      Files.deleteIfExists(file);
    }
  }

  /** Removes those of the new files that have their names, where the last one could not get its. */
  void removeUnused(List<Path> names) throws IOException {
    for (Path file : names.subList(0, names.size() - 1)) {
      if (!named.contains(file)) {
        Files.deleteIfExists(file);
      }
    }
  }
}
