// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A pipe, a device, or a file that is open already: takes one file, as it is made. */
final class StreamOutput implements Output {
  private final Path path;

  StreamOutput(Path path) {
    this.path = path;
  }

  @Override
  public Attempt create(String piece, String attempt) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    return new Attempt() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        StreamOutput.write(channel, bytes);
      }

      @Override
      public void finish() throws IOException {
        channel.close(); // a pipe has nothing to sync
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void commit(List<Named> files) {}

  @Override
  public void abort(String piece, String attempt) {}

  @Override
  public void close() {}
}
