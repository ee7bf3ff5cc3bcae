package org.initium.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.initium.io.output.Output;

/** Takes the bytes that a file should have, and compares it with them. */
final class ComparingAttempt implements Output.Attempt {
  private static final int BUFFER = 1 << 20;

  /** The file has other bytes: nothing that another try could mend. */
  static final class Differs extends IOException {
    private static final long serialVersionUID = 1;

    Differs(String message) {
      super(message);
    }
  }

  private final String name;
  private final InputStream in;
  private long position;

  ComparingAttempt(String name, InputStream in) {
    this.name = name;
    this.in = in;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    byte[] expected = new byte[Math.min(BUFFER, bytes.remaining())];
    while (bytes.hasRemaining()) {
      int length = Math.min(expected.length, bytes.remaining());
      bytes.get(expected, 0, length);
      byte[] found = in.readNBytes(length);
      int at = Arrays.mismatch(expected, 0, length, found, 0, found.length);
      if (at >= 0) {
        throw new Differs(name + " differs from the recipe first at byte " + (position + at));
      }
      position += length;
    }
  }

  @Override
  public void finish() throws IOException {
    if (in.read() >= 0) {
      throw new Differs(name + " goes on after byte " + position + ", where the recipe ends");
    }
    in.close();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
