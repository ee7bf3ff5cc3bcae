package org.initium.torch;

import org.initium.TorchCpuGenerator;

/** How a device of torch draws: Tensor.uniform_, Tensor.normal_ and their arithmetic. */
sealed interface Draws permits CpuDraws, CudaDraws {
  /** Tensor.uniform_(a, b). */
  void uniform(Whole whole, double a, double b, Sink sink);

  /** Tensor.normal_(mean, std). */
  void normal(Whole whole, double mean, double std, Sink sink);

  /** The quotient that Tensor.div_ by a number computes, in the type of the arithmetic. */
  Division division();

  /** The generator of the CPU, which torch.randperm draws from on every device. */
  TorchCpuGenerator host();

  /** Division of a tensor by a number. */
  enum Division {
    /** By the number. */
    TRUE,
    /** Times its reciprocal, rounded. */
    RECIPROCAL
  }
}
