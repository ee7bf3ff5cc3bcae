package org.initium.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The one parameter of a kernel: a struct of fields of 8 bytes, written in the order of the struct.
 * The driver copies it when the kernel is queued.
 */
final class Parameters implements AutoCloseable {
  private static final long BYTES = 4096; // the most that a kernel takes

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(BYTES, 8);
  private long end;

  /** Goes to a place in the struct, in bytes. */
  Parameters seek(long place) {
    end = place;
    return this;
  }

  Parameters add(long value) {
    memory.set(ValueLayout.JAVA_LONG, end, value);
    end += Long.BYTES;
    return this;
  }

  Parameters add(double value) {
    return add(Double.doubleToRawLongBits(value));
  }

  /** So many fields, of which the first are given and the others 0. */
  Parameters add(int fields, long... values) {
    for (int i = 0; i < fields; i++) {
      add(i < values.length ? values[i] : 0);
    }
    return this;
  }

  long address() {
    return memory.address();
  }

  @Override
  public void close() {
    arena.close();
  }
}
