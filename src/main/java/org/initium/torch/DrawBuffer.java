// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Memory for some words and the elements made of them; given back to be used again. */
record DrawBuffer(MemorySegment words, MemorySegment elements) implements AutoCloseable {
  /** Elements of a chunk at most: few enough for the L2 cache. */
  static final int SIZE = 1 << 13;

  private static final ConcurrentLinkedQueue<DrawBuffer> FREE = new ConcurrentLinkedQueue<>();

  /** One that nobody else has. */
  static DrawBuffer take() {
    DrawBuffer free = FREE.poll();
    return free != null ? free : new DrawBuffer(room(), room());
  }

  private static MemorySegment room() {
    return Arena.ofAuto().allocate(Double.BYTES * (long) SIZE, 64);
  }

  @Override
  public void close() {
    FREE.add(this);
  }
}
