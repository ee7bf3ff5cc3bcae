package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.DType;

/** Writes a block's values in a dtype to an address. */
@FunctionalInterface
interface Store {
  /** All of the address space: an address is an offset in it. */
  MemorySegment MEMORY = HostMemory.at(0, Long.MAX_VALUE);

  /**
   * Writes {@code count} values that begin at {@code from} in the block to every {@code stride}-th
   * element from an address on.
   */
  void write(Block block, int from, int count, long address, long stride);

  /** The store of a dtype. */
  static Store of(DType dtype) {
    return switch (dtype) {
      case F32 -> Store::floats;
      case F64 -> Store::doubles;
      case F16 ->
          (block, from, count, address, stride) -> {
            float16(block.floats, from, count, block.halves);
            halves(block.halves, count, address, stride);
          };
      case BF16 ->
          (block, from, count, address, stride) -> {
            bfloat16(block, from, count);
            halves(block.halves, count, address, stride);
          };
    };
  }

  private static void floats(Block block, int from, int count, long address, long stride) {
    if (stride == 1) {
      MemorySegment.copy(
          block.floats, from, MEMORY, ValueLayout.JAVA_FLOAT_UNALIGNED, address, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      MEMORY.set(
          ValueLayout.JAVA_FLOAT_UNALIGNED, address + 4 * i * stride, block.floats[from + i]);
    }
  }

  private static void doubles(Block block, int from, int count, long address, long stride) {
    if (stride == 1) {
      MemorySegment.copy(
          block.doubles, from, MEMORY, ValueLayout.JAVA_DOUBLE_UNALIGNED, address, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      MEMORY.set(
          ValueLayout.JAVA_DOUBLE_UNALIGNED, address + 8 * i * stride, block.doubles[from + i]);
    }
  }

  private static void halves(short[] halves, int count, long address, long stride) {
    if (stride == 1) {
      MemorySegment.copy(halves, 0, MEMORY, ValueLayout.JAVA_SHORT_UNALIGNED, address, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      MEMORY.set(ValueLayout.JAVA_SHORT_UNALIGNED, address + 2 * i * stride, halves[i]);
    }
  }

  /** Rounds to nearest even; there are no NaNs. C2 makes vector instructions of the loop. */
  private static void bfloat16(Block block, int from, int count) {
    int[] bits = block.words;
    MemorySegment.copy(
        MemorySegment.ofArray(block.floats),
        (long) from * Float.BYTES,
        MemorySegment.ofArray(bits),
        0,
        (long) count * Float.BYTES);
    short[] out = block.halves;
    for (int i = 0; i < count; i++) {
      out[i] = (short) (bits[i] + 0x7fff + (bits[i] >>> 16 & 1) >>> 16);
    }
  }

  /** Rounds to binary16; C2 makes vector instructions of the loop. */
  private static void float16(float[] values, int from, int count, short[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = Float.floatToFloat16(values[from + i]);
    }
  }
}
