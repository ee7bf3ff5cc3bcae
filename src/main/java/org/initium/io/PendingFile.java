package org.initium.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file in the making: written under a temporary name in the folder of its final one, synced, then
 * renamed, so that the final name only ever stands for a whole file. The temporary name is {@code
 * .NAME.PID.initium-tmp} with the process id of its writer; it is removed when the process ends by
 * itself or by a signal that it can catch.
 */
final class PendingFile implements AutoCloseable {
  private static final String SUFFIX = ".initium-tmp";
  private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> UNFINISHED.forEach(PendingFile::deleteQuietly)));
  }

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;

  /** Creates the temporary file. */
  PendingFile(Path target) throws IOException {
    this.target = target.toAbsolutePath();
    this.temporary =
        this.target.resolveSibling(prefix(this.target) + ProcessHandle.current().pid() + SUFFIX);
    UNFINISHED.add(temporary);
    try {
      this.channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      UNFINISHED.remove(temporary);
      throw e;
    }
  }

  private static String prefix(Path target) {
    return "." + target.getFileName() + ".";
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      System.getLogger(PendingFile.class.getName())
          .log(System.Logger.Level.WARNING, "could not remove " + file + ": " + e.getMessage());
    }
  }

  /** Writes all the bytes at a place of the file. */
  void write(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** Makes the contents durable. */
  void sync() throws IOException {
    channel.force(true);
    channel.close();
  }

  /** Gives the synced file its final name. */
  void rename() throws IOException {
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    UNFINISHED.remove(temporary);
  }

  /** Removes the file unless it has its final name. */
  @Override
  public void close() throws IOException {
    channel.close();
    if (UNFINISHED.remove(temporary)) {
      Files.deleteIfExists(temporary);
    }
  }

  /** Makes renames in a folder durable. */
  static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Temporary files for this target (or its shards) whose writers are no longer alive. */
  static List<Path> leftovers(Path target) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent(); // none of the root
    List<Path> dead = new ArrayList<>();
    if (folder == null || !Files.isDirectory(folder)) {
      return dead;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String pid =
            name.substring(0, name.length() - SUFFIX.length())
                .replaceFirst("^.*\\.(?=[0-9]+$)", "");
        boolean ours = name.startsWith("." + CheckpointFiles.stem(absolute));
        if (ours && pid.matches("[0-9]{1,18}") && !isAlive(Long.parseLong(pid))) {
          dead.add(file);
        }
      }
    }
    return dead;
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
