// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.util.Map;

/** How many bytes entries of a header take at most, without writing them. */
final class HeaderSize {
  static final int DIGITS = 20; // of a number of 63 bits, and a comma
  private static final int REST = 80; // quotes, keys, the dtype, two offsets' brackets

  private HeaderSize() {}

  static long of(TensorSpec spec) {
    return string(spec.name())
        + REST
        + DIGITS * (2L + spec.shape().rank())
        + DistributedCheckpoint.size(spec);
  }

  /** A tensor and its file's name in an index. */
  static long inIndex(String tensor, String file) {
    return string(tensor) + string(file) + 16;
  }

  /** The length in front, the entry of the metadata, and what pads the whole. */
  static long ofMetadata(Map<String, String> metadata) {
    long bytes = 64;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      bytes += string(entry.getKey()) + string(entry.getValue()) + 8;
    }
    return bytes;
  }

  /** A string in JSON and UTF-8. */
  static long string(String text) {
    return text.chars().mapToLong(HeaderSize::character).sum();
  }

  private static int character(int c) {
    if (c < 0x20) {
      return 6; // \u0007
    }
    if (c < 0x80) {
      return c == '"' || c == '\\' ? 2 : 1;
    }
    return c < 0x800 ? 2 : 3; // half of a surrogate pair has 2 of 4
  }
}
