// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.MemorySegment;

/**
 * Takes the elements of a whole tensor, a run at a time, in any order. Runs that are put by several
 * threads at once do not overlap.
 */
interface ElementSink {
  /** Whether any of the elements {@code at} to {@code at + count - 1} is of use. */
  default boolean wants(long at, long count) {
    return true;
  }

  /**
   * Where to make those elements before they are put: at the place that they have in the end, where
   * that is one run, or in {@code scratch}.
   */
  default MemorySegment room(long at, long count, MemorySegment scratch) {
    return scratch;
  }

  /** Takes elements {@code at} and on, {@code count} of them, which are at the segment's start. */
  void put(long at, MemorySegment elements, int count);
}
