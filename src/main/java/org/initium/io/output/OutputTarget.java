// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.initium.InitiumException;
import org.initium.natives.PosixFiles;

/**
 * What the name of a file to write stands for.
 *
 * @param path the file, with its folder; what links name in their place
 * @param isStream whether it is no regular file but a pipe or a device, or is open already under a
 *     number (/dev/stdout): it is written as it is, since a rename would put a file in its place
 */
record OutputTarget(Path path, boolean isStream) {
  private static final int MOST_LINKS = 40;

  /**
   * Follows the links of a name, the last of which may name a file that is not there.
   *
   * @throws InitiumException if it is a folder or a disk
   */
  static OutputTarget of(Path out) throws IOException {
    if (out.toString().isEmpty()) {
      throw new InitiumException("the name of the file to write is empty");
    }
    Path at = out.toAbsolutePath();
    for (int link = 0; link <= MOST_LINKS; link++) {
      if (Files.isDirectory(at)) {
        throw new InitiumException(out + " is a folder; give the name of a file in it");
      }
      if (isDescriptor(at) || Files.exists(at) && !Files.isRegularFile(at)) {
        if (PosixFiles.isBlockDevice(at)) {
          throw new InitiumException(out + " is a disk; give the name of a file");
        }
        return new OutputTarget(at, true);
      }
      if (!Files.isSymbolicLink(at)) {
        return new OutputTarget(at, false);
      }
      at = at.resolveSibling(Files.readSymbolicLink(at));
    }
    throw new FileSystemLoopException(out.toString());
  }

  /** A file in {@code /proc/self/fd}, which {@code /dev/fd} and {@code /dev/stdout} lead to. */
  private static boolean isDescriptor(Path file) throws IOException {
    if (file.getParent() == null || !Files.exists(file)) {
      return false;
    }
    Path folder = file.getParent().toRealPath();
    return folder.startsWith("/proc") && folder.endsWith("fd");
  }

  Path folder() {
    return path.getParent();
  }

  String name() {
    return path.getFileName().toString();
  }
}
