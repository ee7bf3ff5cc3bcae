// SPDX-License-Identifier: Apache-2.0
package org.initium.natives;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import org.initium.text.Text;

/** A folder that nobody but this user can put a file into, or exchange. */
final class PrivateFolder {
  /** Linux tells there who this process is: a file need not be made for it. */
  private static final Path PROCESS = Path.of("/proc/self");

  private PrivateFolder() {}

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
    if (!PosixFiles.owner(real).equals(self)) {
      throw new IOException(Text.message("%s is another user's", real));
    }
    for (Path each = real; each != null && PosixFiles.isPosix(real); each = each.getParent()) {
      check(each, self, each.equals(real));
    }
    return real;
  }

  private static void make(Path folder) throws IOException {
    FileAttribute<?>[] attributes = PosixFiles.ownersAlone(folder);
    try {
      if (folder.getParent() != null) {
        Files.createDirectories(folder.getParent(), attributes);
      }
      Files.createDirectory(folder, attributes);
    } catch (FileAlreadyExistsException e) {
      // What it is, is looked at.
    }
  }

  /** The owner that a file has which this process makes there. */
  private static Object self(Path folder) throws IOException {
    if (Files.isDirectory(PROCESS)) {
      return PosixFiles.owner(PROCESS);
    }
    // createTempFile would load a secure generator, for a tenth of a start.
    Path probe = folder.resolve("owner-" + System.nanoTime());
    Files.createFile(probe);
    try {
      return PosixFiles.owner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  /**
   * Whoever can write to a folder can exchange what is in it, but in one whose sticky bit is set.
   */
  private static void check(Path folder, Object self, boolean own) throws IOException {
    if (PosixFiles.isOpen(folder) && (own || !PosixFiles.isSticky(folder))) {
      throw new IOException(Text.message("others can write to %s", folder));
    }
    Object owner = PosixFiles.owner(folder);
    if (!owner.equals(self) && !owner.equals(PosixFiles.ROOT)) {
      throw new IOException(Text.message("%s is another user's", folder));
    }
  }
}
