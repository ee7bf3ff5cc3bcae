// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import org.initium.random.TorchCpuGenerator;
import org.initium.torch.kernel.DoubleDraws;
import org.initium.torch.kernel.DrawnTensor;

/** How a device of torch draws: Tensor.uniform_, normal_, cauchy_, exponential_. */
sealed interface TorchDraws permits CpuDraws, CudaDraws {
  /** Tensor.uniform_(a, b). */
  void uniform(DrawnTensor whole, double a, double b, ElementSink sink);

  /** Tensor.normal_(mean, std). */
  void normal(DrawnTensor whole, double mean, double std, ElementSink sink);

  /** Tensor.cauchy_, Tensor.exponential_: one by one in binary64, whatever the tensor's type. */
  void oneByOne(DrawnTensor whole, DoubleDraws.Law law, ElementSink sink);

  /** The generator of the CPU, which torch.randperm draws from on every device. */
  TorchCpuGenerator host();
}
