package org.initium.natives;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.initium.text.Text;

/**
 * A folder that nobody but this user can put a file into, or exchange. Where a file system has no
 * POSIX permissions (Windows), a folder of one's own is what the access lists of the user's profile
 * make of it.
 */
final class PrivateFolder {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final int STICKY = 01000;

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
    make(real);
    if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(Text.message("%s is a link or no folder", real));
    }
    UserPrincipal self = self(real);
    if (!Files.getOwner(real, LinkOption.NOFOLLOW_LINKS).equals(self)) {
      throw new IOException(Text.message("%s is another user's", real));
    }
    for (Path each = real; each != null && isPosix(real); each = each.getParent()) {
      check(each, self, each.equals(real));
    }
    return real;
  }

  private static void make(Path folder) throws IOException {
    FileAttribute<?>[] attributes =
        isPosix(folder.getFileSystem().getPath("/").toAbsolutePath())
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
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

  /** The owner that a file has which this process makes there. */
  private static UserPrincipal self(Path folder) throws IOException {
    // createTempFile would load a secure generator, for a tenth of a start.
    Path probe = folder.resolve("owner-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
    Files.createFile(probe);
    try {
      return Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
    } finally {
      Files.delete(probe);
    }
  }

  /**
   * Whoever can write to a folder can exchange what is in it, but in one whose sticky bit is set.
   */
  private static void check(Path folder, UserPrincipal self, boolean own) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    boolean open =
        permissions.contains(PosixFilePermission.GROUP_WRITE)
            || permissions.contains(PosixFilePermission.OTHERS_WRITE);
    if (open && (own || ((int) Files.getAttribute(folder, "unix:mode") & STICKY) == 0)) {
      throw new IOException(Text.message("others can write to %s", folder));
    }
    UserPrincipal owner = Files.getOwner(folder);
    if (!owner.equals(self) && (int) Files.getAttribute(folder, "unix:uid") != 0) {
      throw new IOException(Text.message("%s is another user's", folder));
    }
  }
}
