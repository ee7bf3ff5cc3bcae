package org.initium.torch;

/** What PyTorch draws elements as: Tensor.uniform_ and Tensor.normal_. */
public enum TorchLaw {
  /** Uniform from a to b. */
  UNIFORM,
  /** Normal of mean a and standard deviation b. */
  NORMAL
}
