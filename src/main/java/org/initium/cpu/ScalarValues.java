package org.initium.cpu;

import java.util.Arrays;
import org.initium.law.Normal64;
import org.initium.law.Philox;
import org.initium.law.Truncated64;
import org.initium.law.Uniform64;
import org.initium.law.Units;

/** Values that no engine has a faster way for: doubles, and those that are not random. */
final class ScalarValues {
  private ScalarValues() {}

  static Values constant(double value) {
    return (first, count, block) -> {
      Arrays.fill(block.doubles, 0, count, value);
      Arrays.fill(block.floats, 0, count, (float) value);
      return 0;
    };
  }

  static Values uniform(Uniform64 law, long seed, long start) {
    return (first, count, block) -> {
      int skip = doubles(seed, start, first, count, block.words);
      for (int i = 0; i < skip + count; i++) {
        block.doubles[i] = law.at(Units.bits53(block.words[2 * i], block.words[2 * i + 1]));
      }
      return skip;
    };
  }

  /**
   * The words of {@code count} doubles from element {@code first} on, and of the one before if that
   * is the second of its pair.
   *
   * @return how many come before: 1 or 0
   */
  private static int doubles(long seed, long start, long first, int count, int[] words) {
    int skip = (int) (start + first & 1);
    for (int i = 0; i < skip + count; i += 2) {
      Philox.block(seed, Philox.blockOfDouble(start, first - skip + i), words, 2 * i);
    }
    return skip;
  }

  static Values normal(Normal64 law, long seed, long start) {
    return (first, count, block) -> {
      int[] words = block.words;
      int skip = doubles(seed, start, first, count, words);
      double[] out = block.doubles;
      for (int i = 0; i < skip + count; i += 2) {
        long x = Units.bits53(words[2 * i], words[2 * i + 1]);
        long y = Units.bits53(words[2 * i + 2], words[2 * i + 3]);
        out[i] = law.even(x, y);
        out[i + 1] = law.odd(x, y);
      }
      return skip;
    };
  }

  static Values truncated(Truncated64 law, long seed, long start) {
    return (first, count, block) -> {
      int skip = doubles(seed, start, first, count, block.words);
      for (int i = 0; i < skip + count; i++) {
        block.doubles[i] = law.at(Units.bits53(block.words[2 * i], block.words[2 * i + 1]));
      }
      return skip;
    };
  }

  /** {@code scale * (-1)^popcount(row & column)} of a matrix with so many columns. */
  static Values hadamard(double scale, long columns) {
    return (first, count, block) -> {
      for (int i = 0; i < count; i++) {
        long row = (first + i) / columns;
        long column = (first + i) % columns;
        double value = (Long.bitCount(row & column) & 1) == 0 ? scale : -scale;
        block.doubles[i] = value;
        block.floats[i] = (float) value;
      }
      return 0;
    };
  }
}
