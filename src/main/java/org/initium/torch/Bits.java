package org.initium.torch;

import java.lang.foreign.MemorySegment;

/**
 * Bits of numbers as other numbers, for arrays: a copy of memory, and so faster than one by one,
 * which the JIT compiler does not turn into SIMD code.
 */
final class Bits {
  private Bits() {}

  static void ofFloats(float[] floats, int[] bits, int count) {
    ofFloats(floats, 0, bits, count);
  }

  static void ofFloats(float[] floats, int from, int[] bits, int count) {
    MemorySegment.copy(
        MemorySegment.ofArray(floats), 4L * from, MemorySegment.ofArray(bits), 0, 4L * count);
  }

  static void toFloats(int[] bits, float[] floats, int count) {
    MemorySegment.copy(
        MemorySegment.ofArray(bits), 0, MemorySegment.ofArray(floats), 0, 4L * count);
  }

  static void ofDoubles(double[] doubles, int from, long[] bits, int count) {
    MemorySegment.copy(
        MemorySegment.ofArray(doubles), 8L * from, MemorySegment.ofArray(bits), 0, 8L * count);
  }

  static void toDoubles(long[] bits, double[] doubles, int count) {
    MemorySegment.copy(
        MemorySegment.ofArray(bits), 0, MemorySegment.ofArray(doubles), 0, 8L * count);
  }

  /** Two words for each of {@code count} pairs, in the order of memory. */
  static void pairs(int[] words, long[] pairs, int count) {
    MemorySegment.copy(
        MemorySegment.ofArray(words), 0, MemorySegment.ofArray(pairs), 0, 8L * count);
  }
}
