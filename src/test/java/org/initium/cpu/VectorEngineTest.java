package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import org.initium.law.PhiloxTest;
import org.junit.jupiter.api.Test;

class VectorEngineTest {
  @Test
  void knownAnswersOfRandom123() throws IOException {
    for (int[] row : PhiloxTest.knownAnswers()) {
      Block block = new Block();
      long key = row[4] & 0xFFFFFFFFL | (long) row[5] << 32;
      VectorPhilox.rounds(row[0], row[1], row[2], row[3], key, 1, block.counters);
      for (int i = 0; i < 4; i++) {
        assertEquals(row[6 + i], (int) block.counters[i][0], "word " + i);
      }
    }
  }

  /** Across the borders where the upper words of the counter change. */
  @Test
  void wordsAreThoseOfTheScalarEngine() {
    long[] starts = {
      0, 1, 2, 3, (1L << 18) - 2049, (1L << 18) - 7, (1L << 34) - 13, (1L << 50) - 1
    };
    for (long start : starts) {
      for (int count : new int[] {0, 1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 2047, 2048, 4096}) {
        Block scalar = new Block();
        Block vector = new Block();
        int a = ScalarEngine.INSTANCE.words(-77, start, count, scalar);
        int b = VectorEngine.INSTANCE.words(-77, start, count, vector);
        assertArrayEquals(
            Arrays.copyOfRange(scalar.words, a, a + count),
            Arrays.copyOfRange(vector.words, b, b + count),
            count + " words from " + start);
      }
    }
  }
}
