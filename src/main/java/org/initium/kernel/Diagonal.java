// SPDX-License-Identifier: Apache-2.0
package org.initium.kernel;

import org.initium.Fill;
import org.initium.Tensor;

/**
 * The ones of an identity: element [c, c mod period] of the whole gets a value, where the region
 * has it. The struct Diagonal of kernels/fixed.cuh; a work item is a row.
 *
 * @param tensor the region
 * @param period of the columns
 * @param value of the ones
 */
public record Diagonal(Tensor tensor, long period, double value) {
  /** The ones of an identity. */
  public static Diagonal of(Tensor tensor, Fill.Eye fill) {
    return new Diagonal(tensor, tensor.whole().size(0) / fill.groups(), fill.gain());
  }

  /** Rows of the region. */
  public long items() {
    return tensor.shape().size(0);
  }

  /** The struct. */
  public Parameters parameters() {
    long bytes = tensor.dtype().bytes();
    return new Parameters()
        .add(tensor.storage().address() + tensor.memoryOffset() * bytes)
        .addBits(tensor.dtype(), value)
        .add(bytes)
        .add(tensor.origin()[0])
        .add(tensor.shape().size(0))
        .add(period)
        .add(tensor.origin()[1])
        .add(tensor.shape().size(1))
        .add(tensor.stride(0))
        .add(tensor.stride(1));
  }
}
