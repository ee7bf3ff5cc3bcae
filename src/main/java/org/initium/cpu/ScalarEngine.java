package org.initium.cpu;

import org.initium.law.ColumnMask;
import org.initium.law.Normal32;
import org.initium.law.Philox;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;

/** Computes an element at a time, by the functions that define them. */
enum ScalarEngine implements Engine {
  INSTANCE;

  @Override
  public String toString() {
    return "scalar";
  }

  @Override
  public int words(long seed, long n, int count, Block block) {
    Philox.words(seed, n, block.words, count);
    return 0;
  }

  @Override
  public Values uniform(Uniform32 law, long seed, long start) {
    return (first, count, block) -> {
      int[] words = block.words;
      Philox.words(seed, start + first, words, count);
      for (int i = 0; i < count; i++) {
        block.floats[i] = law.at(words[i]);
      }
      return 0;
    };
  }

  /** Pairs are computed whole: an odd first element is the second of one. */
  @Override
  public Values normal(Normal32 law, long seed, long start) {
    return (first, count, block) -> {
      long n = start + first;
      int skip = (int) (n & 1);
      int pairs = skip + count + 1 >> 1;
      int[] words = block.words;
      Philox.words(seed, n - skip, words, 2 * pairs);
      float[] out = block.floats;
      for (int i = 0; i < 2 * pairs; i += 2) {
        out[i] = law.even(words[i], words[i + 1]);
        out[i + 1] = law.odd(words[i], words[i + 1]);
      }
      return skip;
    };
  }

  @Override
  public Values truncated(Truncated32 law, long seed, long start) {
    return (first, count, block) -> {
      int[] words = block.words;
      Philox.words(seed, start + first, words, count);
      for (int i = 0; i < count; i++) {
        block.floats[i] = law.at(words[i]);
      }
      return 0;
    };
  }

  @Override
  public void sparsify(Block block, int at, int begin, int count, int rowsLeft, int[] zerosLeft) {
    for (int j = 0; j < count; j++) {
      if (ColumnMask.isZero(block.words[at + j], rowsLeft, zerosLeft[j])) {
        block.floats[begin + j] = 0;
        zerosLeft[j]--;
      }
    }
  }

  @Override
  public void bfloat16(float[] values, int from, int count, short[] out) {
    for (int i = 0; i < count; i++) {
      int bits = Float.floatToRawIntBits(values[from + i]);
      out[i] = (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
  }
}
