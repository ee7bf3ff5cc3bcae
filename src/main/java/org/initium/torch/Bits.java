package org.initium.torch;

import java.lang.foreign.MemorySegment;

/**
 * Bits of floats as integers and back, for arrays: a copy of memory, and so faster than one by one,
 * which the JIT compiler does not turn into SIMD code.
 */
final class Bits {
  private Bits() {}

  static void ofFloats(float[] floats, int[] bits, int count) {
    MemorySegment.copy(
        MemorySegment.ofArray(floats), 0, MemorySegment.ofArray(bits), 0, 4L * count);
  }

  static void toFloats(int[] bits, float[] floats, int count) {
    MemorySegment.copy(
        MemorySegment.ofArray(bits), 0, MemorySegment.ofArray(floats), 0, 4L * count);
  }
}
