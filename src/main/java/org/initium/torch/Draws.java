package org.initium.torch;

import org.initium.random.TorchCpuGenerator;

/**
 * How a device of torch draws: Tensor.uniform_, normal_, cauchy_, exponential_ and their
 * arithmetic.
 */
sealed interface Draws permits CpuDraws, CudaDraws {
  /** Tensor.uniform_(a, b). */
  void uniform(Whole whole, double a, double b, Sink sink);

  /** Tensor.normal_(mean, std). */
  void normal(Whole whole, double mean, double std, Sink sink);

  /** Tensor.cauchy_(loc, scale). */
  void cauchy(Whole whole, double loc, double scale, Sink sink);

  /** Tensor.exponential_(rate). */
  void exponential(Whole whole, double rate, Sink sink);

  /** How arithmetic between a tensor and a number is done. */
  NumberArithmetic arithmetic();

  /** The generator of the CPU, which torch.randperm draws from on every device. */
  TorchCpuGenerator host();
}
