// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

public class PhiloxTest {
  /** Rows of ten words: counter, key, output. */
  public static List<int[]> knownAnswers() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                PhiloxTest.class.getResourceAsStream("/random123-philox4x32-10.txt"),
                StandardCharsets.US_ASCII))) {
      return lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> Stream.of(line.trim().split(" +")))
          .map(words -> words.mapToInt(w -> Integer.parseUnsignedInt(w, 16)).toArray())
          .toList();
    }
  }

  @Test
  void knownAnswersOfRandom123() throws IOException {
    assertEquals(3, knownAnswers().size());
    for (int[] row : knownAnswers()) {
      long key = row[4] & 0xFFFFFFFFL | (long) row[5] << 32;
      long first = Philox.rounds(row[0], row[1], row[2], row[3], key, true);
      long second = Philox.rounds(row[0], row[1], row[2], row[3], key, false);
      assertEquals(row[6] & 0xFFFFFFFFL | (long) row[7] << 32, first);
      assertEquals(row[8] & 0xFFFFFFFFL | (long) row[9] << 32, second);
    }
  }

  @Test
  void runsOfWordsAreTheWords() {
    for (long start : new long[] {0, 1, 2, 3, (1L << 18) - 5, (1L << 34) - 3, (1L << 50) - 7}) {
      for (int count : new int[] {0, 1, 2, 3, 4, 5, 8, 13, 67}) {
        int[] words = new int[count];
        Philox.words(-7, start, words, count);
        for (int i = 0; i < count; i++) {
          assertEquals(Philox.word(-7, start + i), words[i], start + " + " + i);
        }
      }
    }
  }
}
