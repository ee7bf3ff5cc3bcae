package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.initium.DType;
import org.initium.Fill;
import org.initium.law.Philox;
import org.initium.law.PhiloxTest;
import org.initium.law.Uniform32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /**
   * More than are drawn at once, across the borders where the upper words of the counter change.
   */
  @Test
  void scatteredWordsAreThoseOfTheStream() {
    int[] places = new Random(1).ints(1000, 0, 1 << 20).sorted().toArray();
    for (long start : new long[] {0, 3, (1L << 34) - 300_000, (1L << 50) - 300_001}) {
      for (Engine engine : new Engine[] {ScalarEngine.INSTANCE, VectorEngine.INSTANCE}) {
        int[] words = new int[places.length];
        engine.wordsAt(-77, start, places, places.length, words, new Block());
        for (int i = 0; i < places.length; i++) {
          String which = engine + ": " + places[i] + " from " + start;
          assertEquals(Philox.word(-77, start + places[i]), words[i], which);
        }
      }
    }
  }

  /** The first law has values to lift to its lower bound, the second has none. */
  @ParameterizedTest
  @CsvSource({"BF16, -0.02, 0.02", "F32, -1, 1"})
  void uniformsAreThoseOfTheLaw(DType dtype, double a, double b) {
    Uniform32 law = Uniform32.of(new Fill.Uniform(a, b), dtype);
    assertEquals(dtype == DType.F32, law.staysAboveLow());
    for (Engine engine : new Engine[] {ScalarEngine.INSTANCE, VectorEngine.INSTANCE}) {
      Block block = new Block();
      int begin = engine.uniform(law, 7, 5).compute(0, 2000, block);
      for (int i = 0; i < 2000; i++) {
        assertEquals(law.at(Philox.word(7, 5 + i)), block.floats[begin + i], engine + " at " + i);
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
