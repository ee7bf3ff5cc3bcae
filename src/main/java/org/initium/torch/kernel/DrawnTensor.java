// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import org.initium.DType;
import org.initium.Tensor;
import org.initium.spi.StridedLayout;

/**
 * What torch looks at before it draws a tensor's elements.
 *
 * @param dtype their type
 * @param layout where they lie in memory
 */
public record DrawnTensor(DType dtype, StridedLayout layout) {
  /** A tensor; a region is drawn as part of a whole that is in one run. */
  public static DrawnTensor of(Tensor tensor) {
    return tensor.isRegion()
        ? new DrawnTensor(tensor.dtype(), StridedLayout.run(tensor.whole().numel()))
        : new DrawnTensor(tensor.dtype(), tensor.layout());
  }

  /** How many elements there are. */
  public long numel() {
    long numel = 1;
    for (long size : layout.sizes()) {
      numel *= size;
    }
    return numel;
  }

  /** Whether they lie in memory in row-major order without a gap. */
  public boolean contiguous() {
    return layout.isOneRun();
  }

  /** The tensor that torch.empty_like makes of this one: without gaps. */
  public DrawnTensor dense() {
    return new DrawnTensor(dtype, StridedLayout.run(numel()));
  }
}
