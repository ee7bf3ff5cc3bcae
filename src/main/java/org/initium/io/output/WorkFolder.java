// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.initium.InitiumException;
import org.initium.natives.PosixFiles;
import org.initium.text.Text;

/**
 * A run's own folder {@code .NAME.HOST.TIME.initium-tmp} beside the file that it makes, in which
 * files grow until they are renamed. It is the owner's alone; whoever made it holds a lock in it as
 * long as he lives, on whatever host and in whatever container that is. It is removed when the run
 * ends by itself or by a signal that it can catch.
 */
final class WorkFolder implements AutoCloseable {
  static final String SUFFIX = ".initium-tmp";
  private static final String LOCK = "lock";
  private static final int MOST_LABEL_BYTES = 120; // of the 255 that file systems take

  /** What must not be half done when a signal removes the folders is done holding this. */
  private static final Object MONITOR = new Object();

  private static final Set<WorkFolder> OPEN = new HashSet<>();
  private static boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(WorkFolder::removeAll));
  }

  /** Work on files. */
  interface Work<T> {
    T run() throws IOException;
  }

  private final Path folder;
  private final FileChannel lock;

  private WorkFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** A new folder for making a file of that name. */
  static WorkFolder create(Path target) throws IOException {
    while (true) {
      String name = prefix(target) + host() + "." + Long.toHexString(System.nanoTime()) + SUFFIX;
      Path folder = target.resolveSibling(name);
      try {
        return whole(() -> open(folder));
      } catch (FileAlreadyExistsException e) { // another's: what says that the name is new is this
        continue;
      } catch (NoSuchFileException e) {
        throw noFolder(target, e);
      } catch (FileSystemException e) {
        throw new FileSystemException(
            target.toString(), null, "cannot make a file in its folder: " + reason(e));
      }
    }
  }

  static InitiumException noFolder(Path target, IOException cause) {
    return new InitiumException(
        Text.message("no folder %s to write %s in", target.getParent(), target.getFileName()),
        cause);
  }

  private static String reason(FileSystemException e) {
    return e instanceof AccessDeniedException ? "no permission" : e.getReason();
  }

  private static WorkFolder open(Path folder) throws IOException {
    Files.createDirectory(folder, PosixFiles.ownersAlone(folder));
    try {
      FileChannel channel = newFile(folder.resolve(LOCK));
      try {
        channel.tryLock();
      } catch (IOException e) { // a file system without locks, where nobody is told dead
        System.getLogger(WorkFolder.class.getName())
            .log(System.Logger.Level.DEBUG, "no locks in " + folder + ": " + e.getMessage());
      }
      WorkFolder work = new WorkFolder(folder, channel);
      OPEN.add(work);
      return work;
    } catch (IOException e) {
      remove(folder, () -> {});
      throw e;
    }
  }

  /** Does what a signal that ends the process waits for, unless it has come. */
  static <T> T whole(Work<T> work) throws IOException {
    synchronized (MONITOR) {
      if (ending) {
        throw new IOException("the process is ending");
      }
      return work.run();
    }
  }

  /** A file of that name in the folder. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Creates a file in a folder; there must be none of its name, and no link either. */
  static FileChannel newFile(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void close() throws IOException {
    synchronized (MONITOR) {
      if (OPEN.remove(this)) {
        remove(folder, lock);
      }
    }
  }

  private static void removeAll() {
    synchronized (MONITOR) {
      ending = true;
      for (WorkFolder work : OPEN) {
        try {
          remove(work.folder, work.lock);
        } catch (IOException e) {
          System.getLogger(WorkFolder.class.getName())
              .log(System.Logger.Level.WARNING, "could not remove " + work.folder, e);
        }
      }
      OPEN.clear();
    }
  }

  /** The lock last, and closed: some systems keep a folder of which a file is open. */
  private static void remove(Path folder, Closeable lock) throws IOException {
    try (lock;
        DirectoryStream<Path> files =
            Files.newDirectoryStream(folder, file -> !file.endsWith(LOCK))) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Files.deleteIfExists(folder.resolve(LOCK));
    Files.deleteIfExists(folder);
  }

  /** Folders of runs for this target whose makers are dead. */
  static List<Path> leftovers(Path target) throws IOException {
    List<Path> dead = new ArrayList<>();
    Path folder = target.getParent(); // none of the root
    if (folder == null || !Files.isDirectory(folder)) {
      return dead;
    }
    String prefix = prefix(target);
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, file -> isWork(file, prefix))) {
      for (Path file : files) {
        if (isDead(file)) {
          dead.add(file);
        }
      }
    }
    return dead;
  }

  private static boolean isWork(Path file, String prefix) {
    String name = file.getFileName().toString();
    return name.startsWith(prefix)
        && name.substring(prefix.length()).matches("[^.]+\\.[0-9a-f]+\\" + SUFFIX)
        && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether nobody holds the lock, which one's own process cannot ask the system about. */
  private static boolean isDead(Path folder) throws IOException {
    synchronized (MONITOR) {
      if (OPEN.stream().anyMatch(work -> work.folder.equals(folder))) {
        return false;
      }
    }
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) { // being made or removed, or another user's
      return false;
    }
    try {
      boolean free = channel.tryLock() != null;
      channel.close();
      return free;
    } catch (OverlappingFileLockException e) {
      return false; // a copy of this class; to close the file would drop its lock
    } catch (IOException e) {
      channel.close();
      return false;
    }
  }

  /** What names of work for a target begin with: its own, or as much of it as has room. */
  static String prefix(Path target) {
    String name = target.getFileName().toString();
    if (name.getBytes(StandardCharsets.UTF_8).length <= MOST_LABEL_BYTES) {
      return "." + name + ".";
    }
    String hash = Integer.toHexString(name.hashCode());
    return "." + name.substring(0, MOST_LABEL_BYTES / 4) + "~" + hash + ".";
  }

  private static String host() {
    Map<String, String> environment = System.getenv();
    String host = environment.getOrDefault("HOSTNAME", environment.get("COMPUTERNAME"));
    try {
      Path kernels = Path.of("/proc/sys/kernel/hostname");
      host = Files.isReadable(kernels) ? Files.readString(kernels).strip() : host;
    } catch (IOException e) {
      host = null;
    }
    String letters = host == null ? "" : host.replaceAll("[^A-Za-z0-9-]+", "-");
    return letters.isEmpty() ? "host" : letters.substring(0, Math.min(letters.length(), 40));
  }
}
