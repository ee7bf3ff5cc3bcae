// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.util.Arrays;

/** Which elements a rejection method has yet to accept. */
final class PendingElements {
  private final long[] bits;

  private PendingElements(long count) {
    bits = new long[Math.toIntExact((count + 63) / 64)];
  }

  static PendingElements none(long count) {
    return new PendingElements(count);
  }

  static PendingElements all(long count) {
    PendingElements all = new PendingElements(count);
    Arrays.fill(all.bits, -1L);
    if (count % 64 != 0) {
      all.bits[all.bits.length - 1] = (1L << count) - 1;
    }
    return all;
  }

  /**
   * The first pending element from {@code index} on and before {@code end}; {@code end} if none.
   */
  long next(long index, long end) {
    if (index >= end) {
      return end;
    }
    int word = (int) (index >>> 6);
    int last = (int) (end - 1 >>> 6);
    long rest = bits[word] & -1L << index;
    while (rest == 0 && word < last) {
      rest = bits[++word];
    }
    return rest == 0 ? end : Math.min(end, ((long) word << 6) + Long.numberOfTrailingZeros(rest));
  }

  void add(long index) {
    bits[(int) (index >>> 6)] |= 1L << index;
  }

  void accept(long index) {
    bits[(int) (index >>> 6)] &= ~(1L << index);
  }

  boolean any() {
    for (long word : bits) {
      if (word != 0) {
        return true;
      }
    }
    return false;
  }
}
