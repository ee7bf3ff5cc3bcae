package org.initium.cpu;

import org.initium.law.Normal32;
import org.initium.law.Philox;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;
import org.initium.law.Units;

/**
 * Computes in plain Java, in short loops of which C2 makes vector instructions where it can:
 * without the Vector API, and soon after a process has started.
 */
enum ScalarEngine implements Engine {
  INSTANCE;

  @Override
  public String toString() {
    return "plain loops";
  }

  @Override
  public int words(long seed, long n, int count, Block block) {
    return LoopPhilox.inOrder(seed, n, count, block);
  }

  @Override
  public void wordsAt(long seed, long n, int[] places, int count, int[] out, Block block) {
    for (int i = 0; i < count; i++) {
      out[i] = Philox.word(seed, n + places[i]);
    }
  }

  @Override
  public Values uniform(Uniform32 law, long seed, long start) {
    boolean above = law.staysAboveLow();
    return (first, count, block) -> {
      int begin = LoopPhilox.inOrder(seed, start + first, count, block);
      if (above) {
        uniforms(block.words, begin + count, law.range(), law.lo(), law.high(), block.floats);
      } else {
        for (int i = 0; i < begin + count; i++) {
          block.floats[i] = law.at(block.words[i]);
        }
      }
      return begin;
    };
  }

  /** {@link Uniform32#at} of laws none of whose values is too low. */
  private static void uniforms(
      int[] words, int count, float range, float lo, float high, float[] out) {
    for (int i = 0; i < count; i++) {
      int word = words[i];
      float sum = Math.fma((float) (word >>> 16), 65536, (float) (word & 0xffff));
      float unit = Math.fma(sum, Units.STEP_32, Units.HALF_STEP_32);
      out[i] = Math.min(Math.fma(unit, range, lo), high);
    }
  }

  @Override
  public Values normal(Normal32 law, long seed, long start) {
    return (first, count, block) -> {
      int begin = LoopPhilox.byPairs(seed, start + first, count, block);
      LoopNormals.compute(block, begin + count + 1 >> 1, law);
      return begin;
    };
  }

  @Override
  public Values truncated(Truncated32 law, long seed, long start) {
    return (first, count, block) -> {
      int begin = LoopPhilox.inOrder(seed, start + first, count, block);
      for (int i = begin; i < begin + count; i++) {
        block.floats[i] = law.at(block.words[i]);
      }
      return begin;
    };
  }

  @Override
  public SparseEngine sparse() {
    return ScalarSparse.INSTANCE;
  }
}
