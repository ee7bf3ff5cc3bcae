package org.initium.torch;

import org.initium.DType;
import org.initium.Tensor;
import org.initium.spi.StridedLayout;

/**
 * What torch looks at before it draws a tensor's elements.
 *
 * @param dtype their type
 * @param layout where they lie in memory
 */
record Whole(DType dtype, StridedLayout layout) {
  /** A tensor; a region is drawn as part of a whole that is in one run. */
  static Whole of(Tensor tensor) {
    return tensor.isRegion()
        ? new Whole(tensor.dtype(), StridedLayout.run(tensor.whole().numel()))
        : new Whole(tensor.dtype(), tensor.layout());
  }

  /** How many elements there are. */
  long numel() {
    long numel = 1;
    for (long size : layout.sizes()) {
      numel *= size;
    }
    return numel;
  }

  /** Whether they lie in memory in row-major order without a gap. */
  boolean contiguous() {
    return layout.isOneRun();
  }

  /** The tensor that torch.empty_like makes of this one: without gaps. */
  Whole dense() {
    return new Whole(dtype, StridedLayout.run(numel()));
  }
}
