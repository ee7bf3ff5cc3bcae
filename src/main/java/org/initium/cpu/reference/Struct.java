package org.initium.cpu.reference;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Reads a kernel's parameters, field by field. */
final class Struct {
  /** All memory: what addresses are read and written through. */
  @SuppressWarnings("restricted") // kernels are given addresses
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private long place;

  Struct(long address) {
    place = address;
  }

  long next() {
    long value = MEMORY.get(JAVA_LONG, place);
    place += Long.BYTES;
    return value;
  }

  double nextDouble() {
    return Double.longBitsToDouble(next());
  }

  long[] next(int fields) {
    long[] values = new long[fields];
    for (int i = 0; i < fields; i++) {
      values[i] = next();
    }
    return values;
  }
}
