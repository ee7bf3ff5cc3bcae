// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * What processes that were killed left in a folder of natives: files that were being unpacked, and
 * folders of a class loader's copy. Whoever unpacks holds a lock on the file that grows, and old is
 * what nobody has touched for an hour.
 */
final class Leftovers {
  static final String PARTIAL = ".partial";
  static final String LOADER = "loader-";

  private static final Duration OLD = Duration.ofHours(1);

  private Leftovers() {}

  /** Removes them, as far as that can be done: they are no reason to fail. */
  static void sweep(Path folder) {
    sweep(folder, "{*" + PARTIAL + "," + LOADER + "*}");
  }

  private static void sweep(Path folder, String glob) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, glob)) {
      for (Path each : left) {
        remove(each);
      }
    } catch (IOException | RuntimeException e) {
      // Someone else may be at it, or the system keeps what it has loaded from there.
    }
  }

  private static void remove(Path left) throws IOException {
    long touched = Files.getLastModifiedTime(left, LinkOption.NOFOLLOW_LINKS).toMillis();
    if (System.currentTimeMillis() - touched < OLD.toMillis()) {
      return;
    }
    if (Files.isDirectory(left, LinkOption.NOFOLLOW_LINKS)) {
      sweep(left, "*");
    } else if (isLocked(left)) {
      return;
    }
    try {
      Files.delete(left);
    } catch (IOException e) {
      // Others may be removed still.
    }
  }

  private static boolean isLocked(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true; // a thread of this process
    }
  }
}
