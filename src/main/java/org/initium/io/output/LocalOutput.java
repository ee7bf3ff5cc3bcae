// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.initium.io.CheckpointLayout;
import org.initium.natives.PosixFiles;

/**
 * Files of a local or mounted folder: made in a {@link WorkFolder} beside their final names,
 * synced, then renamed. What they replace keeps its mode; files of the checkpoint that they replace
 * go when all of them have their names.
 */
final class LocalOutput implements Output {
  private final Path target;
  private final WorkFolder work;

  /**
   * An output for a checkpoint.
   *
   * @param target the file of that name, which is not made where it is several
   */
  LocalOutput(Path target) throws IOException {
    this.target = target;
    this.work = WorkFolder.create(target);
  }

  private Path file(String piece, String attempt) {
    return work.file(piece + "." + attempt);
  }

  @Override
  public Attempt create(String piece, String attempt) throws IOException {
    Path file = file(piece, attempt);
    FileChannel channel = WorkFolder.whole(() -> WorkFolder.newFile(file));
    try {
      for (Path old : List.of(target, CheckpointLayout.index(target))) {
        if (Files.isRegularFile(old, LinkOption.NOFOLLOW_LINKS)) {
          PosixFiles.copyMode(old, file);
          break;
        }
      }
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new ChannelAttempt(channel, true);
  }

  @Override
  public void commit(List<Named> files) throws IOException {
    List<Path> names = files.stream().map(file -> target.resolveSibling(file.name())).toList();
    Path index = CheckpointLayout.index(target);
    if (files.size() == 1 && !Files.exists(index, LinkOption.NOFOLLOW_LINKS)) {
      WorkFolder.whole(() -> replace(files, names));
      return;
    }
    if (Files.isSymbolicLink(index)) {
      throw new IOException(index + " is a link, whose files are elsewhere; remove it first");
    }
    try (CommitLock lock = CommitLock.acquire(target)) {
      WorkFolder.whole(() -> replace(files, names, lock.isHeld()));
    }
  }

  private Void replace(List<Named> files, List<Path> names) throws IOException {
    rename(files, names);
    PosixFiles.syncFolder(target.getParent());
    return null;
  }

  private Void replace(List<Named> files, List<Path> names, boolean isAlone) throws IOException {
    SupersededFiles old = SupersededFiles.by(names, target);
    try {
      rename(files, names);
    } catch (IOException e) {
      if (isAlone) {
        old.removeUnused(names);
      }
      throw e;
    }
    PosixFiles.syncFolder(target.getParent()); // from here on the new files are what readers find
    if (isAlone) {
      old.remove();
    }
    return null;
  }

  /** The last one when the others' names are on the disk. */
  private void rename(List<Named> files, List<Path> names) throws IOException {
    for (int i = 0; i < names.size(); i++) {
      if (i > 0 && i == names.size() - 1) {
        PosixFiles.syncFolder(target.getParent());
      }
      Path file = file(files.get(i).piece(), files.get(i).attempt());
      Files.move(file, names.get(i), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  @Override
  public void close() throws IOException {
    work.close();
  }
}
