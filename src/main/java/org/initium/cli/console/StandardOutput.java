// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.console;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Standard output, which remembers what it could not write: a PrintStream only knows that. */
public final class StandardOutput extends OutputStream {
  /** What a shell makes of the signal that ends others whose reader has gone. */
  private static final int SIGPIPE = 128 + 13;

  private static final List<FileInputStream> OCCUPIED = new ArrayList<>();

  private final OutputStream out = new FileOutputStream(FileDescriptor.out);
  private IOException lost;

  private StandardOutput() {}

  /**
   * Takes the place of {@code System.out}.
   *
   * @throws IOException if a standard stream is closed, and nothing can be opened in its place
   */
  public static StandardOutput install() throws IOException {
    occupy();
    StandardOutput output = new StandardOutput();
    Charset charset = Charset.forName(System.getProperty("stdout.encoding", "UTF-8"));
    System.setOut(new PrintStream(new BufferedOutputStream(output, 8192), false, charset));
    return output;
  }

  /**
   * Opens what cannot be written under the numbers of standard streams that are closed: else the
   * model could get one of them, and the messages with it.
   */
  private static void occupy() throws IOException {
    Path open = Path.of("/proc/self/fd");
    for (int number = 0; number <= 2 && Files.isDirectory(open); number++) {
      if (!Files.exists(open.resolve(Integer.toString(number)), LinkOption.NOFOLLOW_LINKS)) {
        OCCUPIED.add(new FileInputStream("/dev/null"));
      }
    }
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      lost = lost == null ? e : lost;
      throw e;
    }
  }

  /** What the system says of a pipe that nobody reads, in the language of its locale. */
  private static String brokenPipe() {
    try {
      Pipe pipe = Pipe.open();
      pipe.source().close();
      try (Pipe.SinkChannel sink = pipe.sink()) {
        sink.write(ByteBuffer.allocate(1));
      }
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * The exit status of a command that ended with that: it failed if its output was lost, which is
   * told, unless the reader had enough, as {@code head} does.
   */
  public int end(int status) {
    System.out.flush();
    if (lost == null || status != 0) {
      return status;
    }
    if (brokenPipe().equals(lost.getMessage())) {
      return SIGPIPE;
    }
    return new Failure(
            "the output is lost: cannot write to standard output: " + lost.getMessage(),
            Failure.FAILED)
        .report(lost);
  }
}
