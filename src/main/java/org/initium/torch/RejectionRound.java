// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.torch.draw.ElementSink;

/** A round of a rejection method: of the values that are drawn, those of pending elements count. */
record RejectionRound(PendingElements pending, DType dtype, Visitor visitor)
    implements ElementSink {
  /** What is done with the value that was drawn for an element. */
  interface Visitor {
    /** Returns whether the element is done, and no longer pending. */
    boolean visit(long index, double value);
  }

  @Override
  public boolean wants(long at, long count) {
    return pending.next(at, at + count) < at + count;
  }

  @Override
  public void put(long at, MemorySegment elements, int count) {
    long end = at + count;
    for (long i = pending.next(at, end); i < end; i = pending.next(i + 1, end)) {
      if (visitor.visit(i, dtype.get(elements, i - at))) {
        pending.accept(i);
      }
    }
  }
}
