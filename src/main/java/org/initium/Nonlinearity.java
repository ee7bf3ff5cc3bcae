package org.initium;

/**
 * The function after a layer, by its name in torch.nn.functional, and the gain that keeps the
 * variance of what goes through both: torch.nn.init.calculate_gain.
 */
public enum Nonlinearity {
  /** Identity: gain 1. */
  LINEAR(1),
  /** Gain 1. */
  CONV1D(1),
  /** Gain 1. */
  CONV2D(1),
  /** Gain 1. */
  CONV3D(1),
  /** Gain 1. */
  CONV_TRANSPOSE1D(1),
  /** Gain 1. */
  CONV_TRANSPOSE2D(1),
  /** Gain 1. */
  CONV_TRANSPOSE3D(1),
  /** Gain 1. */
  SIGMOID(1),
  /** Gain 5/3. */
  TANH(5.0 / 3),
  /** Gain sqrt(2), He et al. 2015. */
  RELU(Math.sqrt(2)),
  /** Gain sqrt(2 / (1 + slope^2)); the slope is 0.01 where none is given. */
  LEAKY_RELU(leaky(0.01)),
  /** Gain 3/4, found by trial (PyTorch pull request 50664). */
  SELU(0.75);

  private final double gain;

  Nonlinearity(double gain) {
    this.gain = gain;
  }

  private static double leaky(double slope) {
    return Math.sqrt(2 / (1 + slope * slope));
  }

  /** The gain. */
  public double gain() {
    return gain;
  }

  /** The gain for a negative slope, which only leaky_relu has; the others ignore it. */
  public double gain(double slope) {
    return this == LEAKY_RELU ? leaky(slope) : gain;
  }

  /**
   * The one of that name, in any case.
   *
   * @throws IllegalArgumentException if there is none, listing those that there are
   */
  public static Nonlinearity parse(String name) {
    return Names.constant("nonlinearity", name, values());
  }

  /** The name in torch: {@code leaky_relu}. */
  @Override
  public String toString() {
    return Names.of(this);
  }
}
