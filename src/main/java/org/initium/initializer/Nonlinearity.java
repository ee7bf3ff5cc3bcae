// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.initium.expression.Arithmetic;
import org.initium.expression.Suggestions;
import org.initium.expression.WordFunction;
import org.initium.text.ArgumentChecks;

/**
 * The function after a layer, by its name in torch.nn.functional, and the gain that keeps the
 * variance of what goes through both: torch.nn.init.calculate_gain.
 *
 * @since 0.1.0
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
  SELU(0.75),
  // Torch has no gains for these. Theirs keep the second moment of a standard normal:
  // 1 / sqrt(E[f(z)^2]), z ~ N(0, 1), as sqrt(2) does for relu. Integrated by gains.py of the
  // tests.
  /** x * Phi(x), Hendrycks and Gimpel 2016: gain 1 / sqrt(E[f(z)^2]). */
  GELU_M2(1.5335304411955352338),
  /** The approximation of gelu by tanh: gain 1 / sqrt(E[f(z)^2]). */
  GELU_TANH_M2(1.5335805216661469181),
  /** x * sigmoid(x), silu or swish, Elfwing et al. 2017: gain 1 / sqrt(E[f(z)^2]). */
  SILU_M2(1.6765324703310911586),
  /** Another name of {@link #SILU_M2}, Ramachandran et al. 2017: the same gain. */
  SWISH_M2(1.6765324703310911586),
  /** x * tanh(softplus(x)), Misra 2019: gain 1 / sqrt(E[f(z)^2]). */
  MISH_M2(1.486847581273208102),
  /** x, or exp(x) - 1 below 0, Clevert et al. 2015: gain 1 / sqrt(E[f(z)^2]). */
  ELU_M2(1.2451983007007065503);

  private final double gain;

  Nonlinearity(double gain) {
    this.gain = gain;
  }

  private static double leaky(double slope) {
    return Math.sqrt(2 / (1 + slope * slope));
  }

  /**
   * {@return what {@code torch.nn.init.calculate_gain} gives for this name, with its default slope
   * of 0.01}
   */
  public double gain() {
    return gain;
  }

  /**
   * {@return the gain for a negative slope, which only leaky_relu has: {@code sqrt(2 / (1 +
   * slope^2))}, else {@link #gain()}}
   *
   * @param slope the negative slope
   */
  public double gain(double slope) {
    return this == LEAKY_RELU ? leaky(slope) : gain;
  }

  /**
   * {@return the one of that name, in any case}
   *
   * {@snippet :
   * double gain = Nonlinearity.parse("leaky_relu").gain(0.2);
   * }
   *
   * @param name torch's name: {@code leaky_relu}
   * @throws IllegalArgumentException if there is none, listing those that there are
   */
  public static Nonlinearity parse(String name) {
    return Suggestions.constant("nonlinearity", name, values());
  }

  /** The one of that name, where variables might have stood too. */
  static Nonlinearity parse(String name, Collection<String> variables) {
    List<String> known = Suggestions.list(values());
    int index = known.indexOf(name.toLowerCase(Locale.ROOT));
    if (index < 0) {
      known.addAll(0, new TreeSet<>(variables));
      throw new IllegalArgumentException(
          Suggestions.unknown("variable or nonlinearity", name, known));
    }
    return values()[index];
  }

  /** The name in torch: {@code leaky_relu}. */
  @Override
  public String toString() {
    return Suggestions.of(this);
  }

  /** {@code calculate_gain}, for arithmetic; most of which does not wait for the names above. */
  public static final class CalculateGain implements WordFunction {
    /** It, by its name. */
    public static final Map<String, WordFunction> BY_NAME =
        Map.of("calculate_gain", new CalculateGain());

    private CalculateGain() {}

    @Override
    public double of(List<Object> arguments) {
      return calculateGain(arguments);
    }
  }

  private static double calculateGain(List<Object> arguments) {
    if (arguments.isEmpty() || !(arguments.getFirst() instanceof String word)) {
      throw new IllegalArgumentException(
          "expected one of " + String.join(", ", Suggestions.list(values())));
    }
    Nonlinearity nonlinearity = parse(word);
    if (arguments.size() == 2 && Arithmetic.plain(arguments.get(1)) instanceof Number slope) {
      return nonlinearity.gain(slope.doubleValue());
    }
    ArgumentChecks.that(
        arguments.size() == 1,
        "calculate_gain",
        arguments,
        "a nonlinearity, and for leaky_relu a slope");
    return nonlinearity.gain();
  }
}
