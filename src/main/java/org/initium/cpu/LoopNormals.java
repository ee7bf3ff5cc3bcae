package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import org.initium.law.Circle;
import org.initium.law.Logarithm;
import org.initium.law.Normal32;
import org.initium.law.Units;

/**
 * The elements of {@link Normal32} from a block's pairs of words, by short loops that C2 makes
 * vector instructions of. It does not do so with a change between a float and its bits, which is
 * therefore a copy from one array to another.
 */
final class LoopNormals {
  private static final long LOW = 0xFFFFFFFFL;

  private LoopNormals() {}

  /** Of {@code pairs} pairs: words in {@link Block#words} and {@link Block#angles}. */
  static void compute(Block block, int pairs, Normal32 law) {
    radii(block, pairs);
    points(block.angles, block.radii, pairs, block.cosines, block.sines);
    copy(block.sines, block.words, pairs);
    copy(block.cosines, block.bits, pairs);
    turn(block.angles, pairs, block.words, block.bits);
    join(block.words, block.bits, pairs, block.couples);
    long bytes = (long) pairs * Long.BYTES;
    MemorySegment.copy(
        MemorySegment.ofArray(block.couples), 0, MemorySegment.ofArray(block.floats), 0, bytes);
    scale(block.floats, 2 * pairs, law.std(), law.mean());
  }

  // A method of its own, so that the one above has no loop: C2 would compile it, with all that it
  // calls, long before it is worth the half second.
  private static void scale(float[] values, int count, float std, float mean) {
    for (int i = 0; i < count; i++) {
      values[i] = Math.fma(values[i], std, mean);
    }
  }

  /** {@link Normal32#radius}. */
  private static void radii(Block block, int pairs) {
    units(block.words, pairs, block.radii);
    copy(block.radii, block.bits, pairs);
    split(block.bits, pairs, block.sines);
    MemorySegment.copy(
        MemorySegment.ofArray(block.bits),
        0,
        MemorySegment.ofArray(block.radii),
        0,
        (long) pairs * Float.BYTES);
    roots(block.radii, block.sines, pairs);
  }

  private static void copy(float[] from, int[] to, int count) {
    MemorySegment.copy(
        MemorySegment.ofArray(from), 0, MemorySegment.ofArray(to), 0, (long) count * Float.BYTES);
  }

  /** {@link Units#unit}: the halves convert exactly, and their sum rounds once. */
  private static void units(int[] words, int count, float[] out) {
    for (int i = 0; i < count; i++) {
      int word = words[i];
      float sum = Math.fma((float) (word >>> 16), 65536, (float) (word & 0xffff));
      out[i] = Math.fma(sum, Units.STEP_32, Units.HALF_STEP_32);
    }
  }

  /** The bits of u become those of 1 + f, and its exponent. */
  private static void split(int[] bits, int count, float[] exponents) {
    for (int i = 0; i < count; i++) {
      int above = bits[i] - Logarithm.SPLIT_32;
      exponents[i] = (float) (above >> 23);
      bits[i] = (above & 0x7fffff) + Logarithm.SPLIT_32;
    }
  }

  /** 1 + f becomes the radius. */
  private static void roots(float[] values, float[] exponents, int count) {
    for (int i = 0; i < count; i++) {
      float f = values[i] - 1;
      float q = Math.fma(Logarithm.Q7, f, Logarithm.Q6);
      q = Math.fma(q, f, Logarithm.Q5);
      q = Math.fma(q, f, Logarithm.Q4);
      q = Math.fma(q, f, Logarithm.Q3);
      q = Math.fma(q, f, Logarithm.Q2);
      q = Math.fma(q, f, Logarithm.Q1);
      q = Math.fma(q, f, Logarithm.Q0);
      float sum = Math.fma(exponents[i], Logarithm.MINUS_2_LN_2, -2 * f);
      values[i] = (float) Math.sqrt(Math.fma(f * f, q, sum));
    }
  }

  /** The radius times sine and cosine of the rest of the angle. */
  private static void points(
      int[] angles, float[] radii, int count, float[] cosines, float[] sines) {
    for (int i = 0; i < count; i++) {
      int rest = (angles[i] + Circle.EIGHTH_32 & Circle.QUARTER_32 - 1) - Circle.EIGHTH_32;
      cosines[i] = Math.fma((float) rest, Units.STEP_32, Units.HALF_STEP_32);
    }
    for (int i = 0; i < count; i++) {
      float f = cosines[i];
      float z = f * f;
      float s = Math.fma(Math.fma(Math.fma(Circle.S3, z, Circle.S2), z, Circle.S1), z, Circle.S0);
      float c = Math.fma(Math.fma(Math.fma(Circle.C3, z, Circle.C2), z, Circle.C1), z, Circle.C0);
      sines[i] = radii[i] * (f * s);
      cosines[i] = radii[i] * Math.fma(c, z, 1);
    }
  }

  /** By the angle's quarter: bits of sine and cosine change places and signs. */
  private static void turn(int[] angles, int count, int[] sines, int[] cosines) {
    for (int i = 0; i < count; i++) {
      int t = angles[i] + Circle.EIGHTH_32;
      int s = sines[i];
      int c = cosines[i];
      int swap = (s ^ c) & t << 1 >> 31;
      sines[i] = s ^ swap ^ t & 1 << 31;
      cosines[i] = c ^ swap ^ t + Circle.QUARTER_32 & 1 << 31;
    }
  }

  private static void join(int[] even, int[] odd, int count, long[] couples) {
    for (int i = 0; i < count; i++) {
      couples[i] = even[i] & LOW | (long) odd[i] << 32;
    }
  }
}
