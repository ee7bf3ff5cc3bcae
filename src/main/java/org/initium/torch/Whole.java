package org.initium.torch;

import org.initium.DType;

/**
 * What torch looks at before it draws a tensor's elements.
 *
 * @param numel how many they are, 1 or more
 * @param dtype their type
 * @param contiguous whether they lie in memory in row-major order without a gap
 */
record Whole(long numel, DType dtype, boolean contiguous) {
  /** The tensor that torch.empty_like makes of this one: without gaps. */
  Whole dense() {
    return new Whole(numel, dtype, true);
  }
}
