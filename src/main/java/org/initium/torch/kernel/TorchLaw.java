// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import java.util.Locale;

/** What PyTorch draws elements as: Tensor.uniform_ and Tensor.normal_. */
public enum TorchLaw {
  /** Uniform from a to b. */
  UNIFORM,
  /** Normal of mean a and standard deviation b. */
  NORMAL;

  /** The kernels of that name. */
  public String kernel() {
    return "torch_" + name().toLowerCase(Locale.ROOT);
  }
}
