package org.initium.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.DType;

/** torch's uniforms and normals on the CPU in the types computed in binary32, a chunk at a time. */
final class FloatDraws {
  private static final float TWO_PI = (float) (2 * Math.PI);
  private static final float UNIT = 0x1p-24f;
  private static final int LOW_BITS = 0xffffff;

  /** Half a block is four of these: a call of arraycopy for 32 bytes costs more than they do. */
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private FloatDraws() {}

  /**
   * Makes uniforms of {@code s.words}: those that round to b become a.
   *
   * @param a rounded to binary32
   * @param b rounded to binary32
   */
  static void uniform(Scratch s, int count, float a, float b, DType dtype) {
    float range = b - a;
    for (int i = 0; i < count; i++) {
      s.floats[i] = Math.fma((s.words[i] & LOW_BITS) * UNIT, range, a);
    }
    Rounding.round(s.floats, s.bits, count, dtype);
    replace(s, count, Rounding.round(b, dtype), Rounding.round(a, dtype));
  }

  /** Replaces one value by another, without a branch. */
  private static void replace(Scratch s, int count, float from, float to) {
    int fromBits = Float.floatToRawIntBits(from);
    int toBits = Float.floatToRawIntBits(to);
    int signAside = from == 0 ? 1 : 0; // -0 equals 0
    Bits.ofFloats(s.floats, s.bits, count);
    for (int i = 0; i < count; i++) {
      int bits = s.bits[i];
      int apart = bits - fromBits << signAside;
      int equal = ~((apart | -apart) >> 31);
      s.bits[i] = bits ^ (bits ^ toBits) & equal;
    }
    Bits.toFloats(s.bits, s.floats, count);
  }

  /**
   * Makes normals of {@code s.words} in blocks of 16 by Box and Muller: the first eight of a block
   * are radii, the last eight angles, and pair j gives elements j (cosine) and j + 8 (sine).
   *
   * @param count a multiple of 16
   */
  static void normal(Scratch s, int count, float mean, float std, DType dtype) {
    int pairs = count / 2;
    apart(MemorySegment.ofArray(s.words), 4L * count, MemorySegment.ofArray(s.firsts), 0);
    apart(MemorySegment.ofArray(s.words), 4L * count, MemorySegment.ofArray(s.seconds), 32);
    for (int k = 0; k < pairs; k++) {
      s.radii[k] = LOW_BITS + 1 - (s.firsts[k] & LOW_BITS); // (1 - u) 2^24
      s.reduced[k] = TWO_PI * ((s.seconds[k] & LOW_BITS) * UNIT);
    }
    Cephes.logOfScaled(s.radii, s.bits, s.sines, pairs);
    Cephes.sinCos(s.reduced, s.bits, s.sines, s.cosines, pairs);
    for (int k = 0; k < pairs; k++) {
      float radius = (float) Math.sqrt(-2 * s.radii[k]);
      s.cosines[k] = Math.fma(radius * s.cosines[k], std, mean);
      s.sines[k] = Math.fma(radius * s.sines[k], std, mean);
    }
    together(MemorySegment.ofArray(s.cosines), 4L * count, MemorySegment.ofArray(s.floats), 0);
    together(MemorySegment.ofArray(s.sines), 4L * count, MemorySegment.ofArray(s.floats), 32);
    Rounding.round(s.floats, s.bits, count, dtype);
  }

  /**
   * The halves of the blocks that are {@code from} bytes in, one behind the other. With the steps
   * as arguments one method would do for this and {@link #together}, but take longer: C2 then keeps
   * the checks of bounds.
   */
  private static void apart(MemorySegment blocks, long bytes, MemorySegment half, long from) {
    for (long b = 0; b < bytes; b += 64) {
      long h = b >> 1;
      long a = b + from;
      half.set(WORD, h, blocks.get(WORD, a));
      half.set(WORD, h + 8, blocks.get(WORD, a + 8));
      half.set(WORD, h + 16, blocks.get(WORD, a + 16));
      half.set(WORD, h + 24, blocks.get(WORD, a + 24));
    }
  }

  /** The opposite of {@link #apart}. */
  private static void together(MemorySegment half, long bytes, MemorySegment blocks, long from) {
    for (long b = 0; b < bytes; b += 64) {
      long h = b >> 1;
      long a = b + from;
      blocks.set(WORD, a, half.get(WORD, h));
      blocks.set(WORD, a + 8, half.get(WORD, h + 8));
      blocks.set(WORD, a + 16, half.get(WORD, h + 16));
      blocks.set(WORD, a + 24, half.get(WORD, h + 24));
    }
  }
}
