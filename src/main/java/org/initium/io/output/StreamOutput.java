// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A pipe, a device, or a file that is open already: takes one file, as it is made. */
record StreamOutput(Path path) implements Output {
  @Override
  public Attempt create(String piece, String attempt) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    return new ChannelAttempt(channel, false);
  }

  @Override
  public void commit(List<Named> files) {}

  @Override
  public void close() {}
}
