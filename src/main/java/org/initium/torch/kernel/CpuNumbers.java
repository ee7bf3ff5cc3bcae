// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import org.initium.DType;

/**
 * The numbers of a law of torch's on the CPU.
 *
 * @param dtype of the elements
 * @param a the lower bound or the mean
 * @param b the upper bound or the standard deviation
 */
public record CpuNumbers(TorchLaw law, DType dtype, double a, double b) {
  /** How many words so many elements take. */
  public long words(long elements) {
    return dtype.isWide() ? 2 * elements : elements;
  }
}
