package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
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

  /** Keys as they are drawn, and such as are far from their quantile or all in one place. */
  @Test
  void theCutsOfSparseAreWhereCountsPutThem() {
    for (SparseEngine engine : new SparseEngine[] {ScalarSparse.INSTANCE, VectorSparse.INSTANCE}) {
      for (int width : new int[] {1, 4, 16}) {
        for (int rows : new int[] {16, 512, 2000}) {
          for (int lowest : new int[] {0, 100, 255}) {
            for (int zeros : new int[] {0, 1, rows / 2, rows - 1}) {
              cuts(engine, width, rows, lowest, zeros);
            }
          }
        }
      }
    }
  }

  /** Of three columns one has keys as they are drawn, the others only some of the high, or low. */
  private static void cuts(SparseEngine engine, int width, int rows, int lowest, int zeros) {
    Random random = new Random(rows + lowest);
    int count = rows * width;
    int[] keys = new int[count / 4 + 64];
    int[][] counts = new int[width][256];
    Arrays.fill(keys, -1);
    for (int i = 0; i < count; i++) {
      int key =
          switch (i % width % 3) {
            case 0 -> random.nextInt(256);
            case 1 -> random.nextInt(lowest, 256);
            default -> random.nextInt(256 - lowest);
          };
      keys[i / 4] ^= (key ^ 0xff) << 8 * (i % 4);
      counts[i % width][key]++;
    }
    int[] cuts = new int[width];
    long[] left = new long[width];
    engine.cuts(keys, count, width, zeros, cuts, left);
    for (int column = 0; column < width; column++) {
      String which = engine + ", " + width + " columns of " + rows + " rows from " + lowest;
      int below = Arrays.stream(counts[column], 0, cuts[column]).sum();
      int upTo = below + counts[column][cuts[column]];
      assertTrue(below <= zeros && (zeros < upTo || cuts[column] == 255), which);
      assertEquals(zeros - below, left[column], which);
    }
  }
}
