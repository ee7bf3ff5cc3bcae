// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.reference;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** Reads a kernel's parameters, field by field. */
final class StructReader {
  /** All memory: what addresses are read and written through. */
  @SuppressWarnings("restricted") // kernels are given addresses
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private final long[] fields;
  private int place = 0;

  StructReader(long[] fields) {
    this.fields = fields;
  }

  long next() {
    return fields[place++];
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

  /** Writes an element of so many bytes. */
  static void write(long address, int bytes, long bits) {
    for (int i = 0; i < bytes; i++) {
      MEMORY.set(JAVA_BYTE, address + i, (byte) (bits >>> 8 * i));
    }
  }
}
