// SPDX-License-Identifier: Apache-2.0
package org.initium.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Texts and bytes made of seeds by the changes that find faults of parsers: cuts, repeats, swaps
 * with another seed, words of the grammar, hostile characters, numbers at the limits. The same seed
 * makes the same inputs.
 */
public final class Fuzz {
  private static final List<String> HOSTILE =
      List.of(
          "\u001b[31m",
          "\u0007",
          "\r",
          "\n",
          "\u202e",
          "\u0000",
          "\ud800",
          "\ud83d\ude00",
          "%s%n",
          "-0",
          "1e999",
          "9223372036854775807",
          "9223372036854775808",
          "18446744073709551615",
          "0.1",
          "null",
          "[]",
          "{}",
          "\\u0041",
          "\\ud800",
          "*",
          "{",
          "}",
          "(",
          ")",
          ",",
          "..",
          "'",
          "\"",
          "\\",
          ":",
          "#",
          "&a",
          "!t",
          "-",
          "?",
          "|",
          " ");

  private final SplittableRandom random;

  /** The inputs of that seed. */
  public Fuzz(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** How long each fuzzer runs: -Dinitium.fuzz.seconds, a few in continuous integration. */
  public static long seconds() {
    return Long.getLong("initium.fuzz.seconds", 4);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** A seed with up to seven changes. */
  public String text(List<String> seeds, List<String> words) {
    StringBuilder text = new StringBuilder(one(seeds));
    for (int changes = below(1 + below(8)); changes > 0; changes--) {
      int from = below(text.length() + 1);
      int to = Math.min(text.length(), from + below(12));
      switch (below(7)) {
        case 0 -> text.delete(from, to);
        case 1 -> text.insert(from, one(HOSTILE));
        case 2 -> text.insert(from, one(words));
        case 3 -> text.replace(from, to, one(below(2) == 0 ? words : HOSTILE));
        case 4 -> text.insert(from, text.substring(from, to).repeat(1 + below(4)));
        case 5 -> {
          String other = one(seeds);
          int cut = below(other.length() + 1);
          text.replace(from, text.length(), other.substring(cut));
        }
        default -> text.insert(from, one(List.of("[", "(", "{a", "-", "*")).repeat(below(300)));
      }
    }
    return text.length() > 20_000 ? text.substring(0, 20_000) : text.toString();
  }

  /** The same in UTF-8, at times with bytes that are none, or in UTF-16. */
  public byte[] bytes(List<String> seeds, List<String> words) {
    String text = text(seeds, words);
    if (below(40) == 0) {
      return text.getBytes(below(2) == 0 ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE);
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && below(8) == 0) {
      bytes[below(bytes.length)] = (byte) below(256);
    }
    return bytes;
  }
}
