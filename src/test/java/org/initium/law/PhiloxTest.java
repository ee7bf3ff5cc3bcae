// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.api.Test;

public class PhiloxTest {
  /** Rows of ten words: counter, key, output. */
  public static List<int[]> knownAnswers() throws IOException {
    return Resources.lines(PhiloxTest.class, "/random123-philox4x32-10.txt").stream()
        .map(line -> Stream.of(line.trim().split(" +")))
        .map(words -> words.mapToInt(w -> Integer.parseUnsignedInt(w, 16)).toArray())
        .toList();
  }

  @Test
  void knownAnswersOfRandom123() throws IOException {
    assertEquals(3, knownAnswers().size());
    for (int[] row : knownAnswers()) {
      long key = row[4] & 0xFFFFFFFFL | (long) row[5] << 32;
      int[] words = new int[4];
      Philox.block(row[0], row[1], row[2], row[3], key, words);
      assertArrayEquals(Arrays.copyOfRange(row, 6, 10), words);
    }
  }
}
