// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The seed of a generator that was forked off another by a name. */
final class ForkedSeed {
  private ForkedSeed() {}

  /**
   * The first 8 bytes, little endian, of SHA-256(the seed in 8 bytes, little endian, then the name
   * in UTF-8).
   */
  static long of(long seed, String name) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException(
          "a generator cannot be forked by '"
              + name
              + "': it has half of a surrogate pair, which UTF-8 has not");
    }
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, seed));
      byte[] digest = sha.digest(name.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).order(ByteOrder.LITTLE_ENDIAN).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
