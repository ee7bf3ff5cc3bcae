// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.console;

/** Seeds: 64 bits, written as a decimal number, negative or up to 2^64 - 1, or as 0x and hex. */
public final class Seed {
  private Seed() {}

  /**
   * The 64 bits that a text means.
   *
   * @throws IllegalArgumentException if it means none
   */
  public static long parse(String text) {
    try {
      if (text.startsWith("0x")) {
        return Long.parseUnsignedLong(text.substring(2), 16);
      }
      return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a seed; write a whole number from -2^63 to 2^64 - 1 or 0x...", e);
    }
  }
}
