// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.torch.draw.ElementSink;

/** A first draw of all elements: passes them on, and notes which lie outside the bounds. */
record OutOfBoundsSink(
    ElementSink result, DType dtype, PendingElements pending, double low, double high)
    implements ElementSink {
  @Override
  public MemorySegment room(long at, long count, MemorySegment scratch) {
    return result.room(at, count, scratch);
  }

  @Override
  public void put(long at, MemorySegment elements, int count) {
    result.put(at, elements, count);
    for (int i = 0; i < count; i++) {
      double value = dtype.get(elements, i);
      if (value < low || value > high) {
        pending.add(at + i);
      }
    }
  }
}
