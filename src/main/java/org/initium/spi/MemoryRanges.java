// SPDX-License-Identifier: Apache-2.0
package org.initium.spi;

import java.util.Map;
import java.util.TreeMap;

/**
 * Ranges of memory, from a first element to a last one, none of which overlap.
 *
 * @since 0.1.0
 */
public final class MemoryRanges {
  /**
   * From the first element to the last.
   *
   * @param first the first byte
   * @param end the first byte behind it
   */
  public record Range(long first, long end) {
    /**
     * {@return the range from the first element to the last of a layout in a storage}
     *
     * @param storage its address
     * @param layout which elements
     * @param elementBytes bytes of each
     */
    public static Range of(long storage, StridedLayout layout, long elementBytes) {
      long first = storage + layout.memoryOffset() * elementBytes;
      return new Range(first, first + layout.span() * elementBytes);
    }

    private boolean isEmpty() {
      return end == first;
    }
  }

  private final TreeMap<Long, Range> ranges = new TreeMap<>(); // by their first bytes

  /** None yet. */
  public MemoryRanges() {}

  /**
   * Adds one that overlaps none.
   *
   * @param range what is added
   */
  public void add(Range range) {
    if (!range.isEmpty()) {
      ranges.put(range.first, range);
    }
  }

  /**
   * {@return whether one of them overlaps another}
   *
   * @param other any range
   */
  public boolean overlap(Range other) {
    Map.Entry<Long, Range> before = ranges.lowerEntry(other.end);
    return !other.isEmpty() && before != null && before.getValue().end > other.first;
  }

  /** Forgets all. */
  public void clear() {
    ranges.clear();
  }
}
