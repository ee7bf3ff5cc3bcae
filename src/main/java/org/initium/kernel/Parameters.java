// SPDX-License-Identifier: Apache-2.0
package org.initium.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.DType;
import org.initium.law.Philox;

/**
 * The one parameter of a kernel, the same on every processor: a struct of fields of 8 bytes,
 * written in the order of the struct. CUDA's driver copies it when the kernel is queued.
 */
public final class Parameters implements AutoCloseable {
  private static final long BYTES = 4096; // the most that a kernel takes

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(BYTES, 8);
  private long end;

  /** Goes to a place in the struct, in bytes. */
  public Parameters seek(long place) {
    end = place;
    return this;
  }

  /** A field. */
  public Parameters add(long value) {
    memory.set(ValueLayout.JAVA_LONG, end, value);
    end += Long.BYTES;
    return this;
  }

  /** A field. */
  public Parameters add(double value) {
    return add(Double.doubleToRawLongBits(value));
  }

  /** A value of the dtype as its bits. */
  public Parameters addBits(DType dtype, double value) {
    return add(dtype.bits(value));
  }

  /** So many fields, of which the first are given and the others 0. */
  public Parameters add(int fields, long... values) {
    for (int i = 0; i < fields; i++) {
      add(i < values.length ? values[i] : 0);
    }
    return this;
  }

  /** The struct Source of kernels/philox.cuh: the start, and the keys of Philox's rounds. */
  public Parameters addSource(long seed, long start) {
    add(start);
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < Philox.ROUNDS; round++) {
      add(Integer.toUnsignedLong(k0) | (long) k1 << 32);
      k0 += Philox.W0;
      k1 += Philox.W1;
    }
    return this;
  }

  /** Where the struct is, while this is open. */
  public long address() {
    return memory.address();
  }

  @Override
  public void close() {
    arena.close();
  }
}
