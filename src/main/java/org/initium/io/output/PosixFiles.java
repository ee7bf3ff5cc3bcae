// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What of files only POSIX systems have: modes, and folders that can be synced. */
final class PosixFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  private static final int TYPE = 0xf000;
  private static final int BLOCK_DEVICE = 0x6000;

  private PosixFiles() {}

  /** The attribute that gives a new folder to its owner alone. */
  static FileAttribute<?>[] ownersAlone() {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Gives a file the mode of the one that it takes the place of. */
  static void copyMode(Path from, Path to) throws IOException {
    if (POSIX) {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(from);
      Files.setPosixFilePermissions(to, mode);
    }
  }

  /** Makes renames in a folder durable; elsewhere a rename is so by itself. */
  static void syncFolder(Path folder) throws IOException {
    if (POSIX) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Whether a file that is no regular one is a disk. */
  static boolean isBlockDevice(Path file) throws IOException {
    return POSIX && ((Integer) Files.getAttribute(file, "unix:mode") & TYPE) == BLOCK_DEVICE;
  }
}
