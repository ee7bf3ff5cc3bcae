// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.initium.io.output.Output;

/** Takes the bytes that a file should have, and compares it with them up to a first difference. */
final class ComparingAttempt implements Output.Attempt {
  private static final int BUFFER = 1 << 20;

  private final String name;
  private final InputStream in;
  private long position;
  private String difference = ComparePiece.EQUAL;

  ComparingAttempt(String name, InputStream in) {
    this.name = name;
    this.in = in;
  }

  /** How they differ, if they do. */
  String difference() {
    return difference;
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
        throw differs("differs from the recipe first at byte " + (position + at));
      }
      position += length;
    }
  }

  private IOException differs(String how) {
    difference = name + " " + how;
    return new IOException(difference);
  }

  @Override
  public void finish() throws IOException {
    if (in.read() >= 0) {
      throw differs("goes on after byte " + position + ", where the recipe ends");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
