// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.spi.StridedLayout;
import org.initium.torch.draw.ElementSink;
import org.initium.torch.draw.MemorySink;
import org.initium.torch.kernel.DrawnTensor;

/** A whole tensor in one run of the host's memory, whose elements can be looked at again. */
final class HeldElements {
  private static final int CHUNK = 1 << 14;

  private final MemorySegment memory;
  private final DrawnTensor whole;
  private final ElementSink sink;

  HeldElements(MemorySegment memory, DrawnTensor whole) {
    this.memory = memory;
    this.whole = whole;
    this.sink = new MemorySink(memory, whole.dtype(), StridedLayout.run(whole.numel()));
  }

  DType dtype() {
    return whole.dtype();
  }

  double get(long index) {
    return dtype().get(memory, index);
  }

  /** Puts one element, which the dtype holds exactly. */
  void set(long index, double value) {
    dtype().set(memory, index, value);
  }

  /** What puts elements where they are held. */
  ElementSink sink() {
    return sink;
  }

  /** Puts all elements in another sink. */
  void copyTo(ElementSink target) {
    for (long at = 0; at < whole.numel(); at += CHUNK) {
      int count = (int) Math.min(CHUNK, whole.numel() - at);
      if (target.wants(at, count)) {
        target.put(at, memory.asSlice(at * dtype().bytes()), count);
      }
    }
  }
}
