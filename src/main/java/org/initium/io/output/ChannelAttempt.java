// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A file, a pipe or a device that is written through a channel.
 *
 * @param isSynced whether the end waits for the disk; a pipe has nothing to sync
 */
record ChannelAttempt(FileChannel channel, boolean isSynced) implements Output.Attempt {
  @Override
  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void finish() throws IOException {
    if (isSynced) {
      channel.force(true);
    }
    channel.close();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
