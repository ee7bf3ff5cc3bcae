// SPDX-License-Identifier: Apache-2.0
package org.initium.kernel;

import org.initium.DType;
import org.initium.law.Philox;

/**
 * The one parameter of a kernel, the same on every processor: a struct of fields of 8 bytes,
 * written in the order of the struct. CUDA's driver copies it when the kernel is queued.
 */
public final class Parameters {
  private static final int FIELDS = 512; // 4096 bytes are the most that a kernel takes

  private final long[] fields = new long[FIELDS];
  private int end;

  /** Nothing yet. */
  public Parameters() {}

  /** Goes to a place in the struct, in bytes. */
  public Parameters seek(long place) {
    end = (int) place / Long.BYTES;
    return this;
  }

  /** A field. */
  public Parameters add(long value) {
    fields[end++] = value;
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

  /** The struct, and zeros behind it: the array itself. */
  public long[] fields() {
    return fields;
  }
}
