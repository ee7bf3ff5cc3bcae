// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * What of files only POSIX systems have: modes, and folders that can be synced. Elsewhere (Windows)
 * a file is its owner's alone by the access lists of the user's profile: there is nothing to do.
 */
public final class PosixFiles {
  /** The system's own user. */
  static final Object ROOT = 0;

  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int TYPE = 0xf000;
  private static final int BLOCK_DEVICE = 0x6000;
  private static final int STICKY = 01000;

  private PosixFiles() {}

  static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** The attribute that gives a new folder to its owner alone. */
  public static FileAttribute<?>[] ownersAlone(Path folder) {
    return isPosix(folder)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Gives a file the mode of the one that it takes the place of. */
  public static void copyMode(Path from, Path to) throws IOException {
    if (isPosix(to)) {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(from);
      Files.setPosixFilePermissions(to, mode);
    }
  }

  /** Makes renames in a folder durable; elsewhere a rename is so by itself. */
  public static void syncFolder(Path folder) throws IOException {
    if (isPosix(folder)) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Whether a file that is no regular one is a disk. */
  public static boolean isBlockDevice(Path file) throws IOException {
    return isPosix(file) && (mode(file) & TYPE) == BLOCK_DEVICE;
  }

  private static int mode(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:mode");
  }

  /** Whether anybody but its owner can put files into a folder. */
  static boolean isOpen(Path folder) throws IOException {
    return isPosix(folder) && (mode(folder) & WRITABLE_BY_OTHERS) != 0;
  }

  /** Whether nobody can exchange others' files in a folder, though he may put his own there. */
  static boolean isSticky(Path folder) throws IOException {
    return isPosix(folder) && (mode(folder) & STICKY) != 0;
  }

  /**
   * A user's number (a link is followed), which is had without asking for the name; elsewhere the
   * user.
   */
  static Object owner(Path file) throws IOException {
    return isPosix(file)
        ? Files.getAttribute(file, "unix:uid")
        : Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
  }
}
