// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps apart the commits of runs that write one checkpoint, of several files, at a time: a lock on
 * a file {@code .NAME.commit.initium-tmp}, which is there only in the meantime. Commits are short,
 * so one waits.
 *
 * @param isHeld whether other runs are kept off, so that what they may be about to use can be
 *     removed
 */
record CommitLock(Path file, FileChannel channel, boolean isHeld) implements AutoCloseable {
  private static final long WAIT_MILLIS = 10;
  private static final int MARKS = 1_000_003;

  static CommitLock acquire(Path target) throws IOException {
    Path file = target.resolveSibling(WorkFolder.prefix(target) + "commit" + WorkFolder.SUFFIX);
    while (true) {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      boolean isHeld = lock(channel);
      if (!isHeld || isStillThere(file, channel)) {
        return new CommitLock(file, channel, isHeld);
      }
      channel.close();
    }
  }

  /** Waits for the lock; false where the file system has none. */
  private static boolean lock(FileChannel channel) throws IOException {
    while (true) {
      FileLock lock = null;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) { // another thread's; the file must stay open
        lock = null;
      } catch (IOException e) {
        return false;
      }
      if (lock != null) {
        return true;
      }
      try {
        Thread.sleep(WAIT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the file stays open: see above
        throw new InterruptedIOException(
            "interrupted while another run gave its files their names");
      }
    }
  }

  /**
   * Whether the locked file is the one that has the name, and not one whose holder removed it. Its
   * size tells, of an arbitrary number of bytes: to open it a second time would drop the lock.
   */
  private static boolean isStillThere(Path file, FileChannel channel) throws IOException {
    int mark = 1 + (int) (System.nanoTime() % MARKS);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), mark - 1L);
    try {
      return Files.size(file) == mark;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(file);
    }
  }
}
