package org.initium.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** Standard output, which remembers what it could not write: a PrintStream only knows that. */
final class StandardOutput extends OutputStream {
  /** What a shell makes of the signal that ends others whose reader has gone. */
  private static final int SIGPIPE = 128 + 13;

  private final OutputStream out = new FileOutputStream(FileDescriptor.out);
  private IOException lost;

  private StandardOutput() {}

  /** Takes the place of {@code System.out}. */
  static StandardOutput install() {
    StandardOutput output = new StandardOutput();
    Charset charset = Charset.forName(System.getProperty("stdout.encoding", "UTF-8"));
    System.setOut(new PrintStream(new BufferedOutputStream(output, 8192), false, charset));
    return output;
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

  /**
   * The exit status of a command that ended with that: it failed if its output was lost, which is
   * told, unless the reader had enough, as {@code head} does.
   */
  int end(int status) {
    System.out.flush();
    if (lost == null || status != 0) {
      return status;
    }
    if ("Broken pipe".equals(lost.getMessage())) {
      return SIGPIPE;
    }
    return new Failure(
            "the output is lost: cannot write to standard output: " + lost.getMessage(),
            Failure.FAILED)
        .report(lost);
  }
}
