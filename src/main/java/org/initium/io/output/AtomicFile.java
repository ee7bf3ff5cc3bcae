// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.initium.natives.PosixFiles;

/**
 * A small file that is written whole or not at all, and keeps the mode of the one it replaces.
 *
 * @since 0.1.0
 */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes the bytes. A link is followed; a pipe or a device is written as it is.
   *
   * @param path where to, replaced if it is there
   * @param bytes all of the file
   * @throws java.io.IOException if they cannot be written; the old file is then as it was
   * @throws org.initium.InitiumException if the folder is not there, or the name is a folder's
   */
  public static void write(Path path, byte[] bytes) throws IOException {
    OutputTarget target = OutputTarget.of(path);
    if (target.isStream()) {
      try (Output.Attempt attempt = new StreamOutput(target.path()).create("", "")) {
        attempt.write(ByteBuffer.wrap(bytes));
      }
      return;
    }
    try (WorkFolder work = WorkFolder.create(target.path())) {
      Path file = work.file("file");
      FileChannel channel = WorkFolder.whole(() -> WorkFolder.newFile(file));
      try (Output.Attempt attempt = new ChannelAttempt(channel, true)) {
        if (Files.exists(target.path())) {
          PosixFiles.copyMode(target.path(), file);
        }
        attempt.write(ByteBuffer.wrap(bytes));
        attempt.finish();
      }
      WorkFolder.whole(() -> Files.move(file, target.path(), StandardCopyOption.ATOMIC_MOVE));
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("cannot write " + path + ": " + e.getMessage(), e);
    }
  }
}
