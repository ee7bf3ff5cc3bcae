// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.initium.text.Text;

/**
 * A folder that nobody but this user can put a file into, or exchange. Where a file system has no
 * POSIX permissions (Windows), a folder of one's own is what the access lists of the user's profile
 * make of it.
 */
final class PrivateFolder {
  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int STICKY = 01000;

  /** Linux tells there who this process is: a file need not be made for it. */
  private static final Path PROCESS = Path.of("/proc/self");

  private PrivateFolder() {}

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * The folder, made if it is not there.
   *
   * @throws IOException if it cannot be made, is a link, is someone else's, or it or a folder above
   *     it can be written by others
   */
  static Path at(Path folder) throws IOException {
    Path parent = folder.getParent();
    if (!Files.isDirectory(parent)) {
      make(parent);
    }
    Path real = parent.toRealPath().resolve(folder.getFileName());
    if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
      make(real);
    }
    if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(Text.message("%s is a link or no folder", real));
    }
    Object self = self(real);
    if (!owner(real).equals(self)) {
      throw new IOException(Text.message("%s is another user's", real));
    }
    for (Path each = real; each != null && isPosix(real); each = each.getParent()) {
      check(each, self, each.equals(real));
    }
    return real;
  }

  private static void make(Path folder) throws IOException {
    FileAttribute<?>[] attributes =
        isPosix(folder)
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    try {
      if (folder.getParent() != null) {
        Files.createDirectories(folder.getParent(), attributes);
      }
      Files.createDirectory(folder, attributes);
    } catch (FileAlreadyExistsException e) {
      // What it is, is looked at.
    }
  }

  /** A user's number, which is had without asking for the name; elsewhere the user. */
  private static Object owner(Path file) throws IOException {
    return isPosix(file)
        ? Files.getAttribute(file, "unix:uid")
        : Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** The owner that a file has which this process makes there. */
  private static Object self(Path folder) throws IOException {
    if (Files.isDirectory(PROCESS)) {
      return owner(PROCESS);
    }
    // createTempFile would load a secure generator, for a tenth of a start.
    Path probe = folder.resolve("owner-" + System.nanoTime());
    Files.createFile(probe);
    try {
      return owner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  /**
   * Whoever can write to a folder can exchange what is in it, but in one whose sticky bit is set.
   */
  private static void check(Path folder, Object self, boolean own) throws IOException {
    int mode = (int) Files.getAttribute(folder, "unix:mode");
    if ((mode & WRITABLE_BY_OTHERS) != 0 && (own || (mode & STICKY) == 0)) {
      throw new IOException(Text.message("others can write to %s", folder));
    }
    Object owner = owner(folder);
    if (!owner.equals(self) && (int) owner != 0) {
      throw new IOException(Text.message("%s is another user's", folder));
    }
  }
}
