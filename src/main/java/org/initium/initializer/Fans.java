// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.List;
import org.initium.Shape;
import org.initium.expression.Suggestions;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/**
 * How many inputs each output of a layer sums (fan_in) and how many outputs each input reaches
 * (fan_out), from the shape of its weight.
 *
 * @param in inputs of one output
 * @param out outputs of one input
 * @since 0.1.0
 */
public record Fans(double in, double out) {

  /** What the dimensions of a weight mean; those in no list are the taps. */
  public enum Layout {
    /** (out, in): torch.nn.Linear, and nothing else. */
    LINEAR(2, List.of(1), List.of(0), List.of()),
    /** (out, in / groups, k...): torch's Conv1d to Conv3d; torch.nn.Linear too. */
    OIHW(0, List.of(1), List.of(0), List.of()),
    /** (in, out / groups, k...): torch's ConvTranspose1d to 3d. */
    TRANSPOSED(0, List.of(0), List.of(1), List.of()),
    /** (k..., in / groups, out): JAX, Flax, Keras; their Dense, and GPT-2's Conv1D too. */
    HWIO(0, List.of(-2), List.of(-1), List.of()),
    /** (out, k..., in / groups): MLX, TensorFlow Lite. */
    OHWI(0, List.of(-1), List.of(0), List.of()),
    /** (k..., channel, multiplier): Keras's depthwise convolutions; a channel is a weight. */
    HWCM(0, List.of(), List.of(-1), List.of(-2)),
    /** (in, heads, dim): Flax's and Keras's queries, keys and values (EinsumDense). */
    IHD(3, List.of(0), List.of(1, 2), List.of()),
    /** (heads, dim, out): Flax's and Keras's projection of the heads back. */
    HDO(3, List.of(0, 1), List.of(2), List.of());

    final List<Integer> in;
    final List<Integer> out;
    final List<Integer> batch;
    private final int rank; // 0 for any of 2 and more

    Layout(int rank, List<Integer> in, List<Integer> out, List<Integer> batch) {
      this.rank = rank;
      this.in = in;
      this.out = out;
      this.batch = batch;
    }

    void check(Shape weight) {
      weight.checkRank(rank == 0 ? 2 : rank, rank == 0 ? Integer.MAX_VALUE : rank);
    }

    /** The name in an expression: {@code oihw}. */
    @Override
    public String toString() {
      return Suggestions.of(this);
    }
  }

  /** What of the two a variance is divided by. */
  public enum Mode {
    /** fan_in: keeps the variance of the activations. */
    FAN_IN,
    /** fan_out: keeps the variance of the gradients. */
    FAN_OUT,
    /** (fan_in + fan_out) / 2. */
    FAN_AVG,
    /** sqrt(fan_in * fan_out). */
    FAN_GEO_AVG;

    /** The name in an expression: {@code fan_in}. */
    @Override
    public String toString() {
      return Suggestions.of(this);
    }
  }

  /**
   * {@return torch's fans: size 1 and size 0, each times the number of taps}
   *
   * {@snippet :
   * Fans fans = Fans.of(kernel.shape());
   * }
   *
   * @param weight shape of the whole weight, (out, in, k...)
   * @throws IllegalArgumentException if the shape has fewer than 2 dimensions
   */
  public static Fans of(Shape weight) {
    return of(weight, Layout.OIHW, 1);
  }

  /**
   * {@return the fans of a weight in a layout, each 0 or more} In a layer with groups an input
   * reaches the outputs of its own group only; torch's formula does not know of groups and is what
   * 1 gives.
   *
   * {@snippet :
   * Fans fans = Fans.of(kernel.shape(), Fans.Layout.OIHW, 4);
   * }
   *
   * @param weight shape of the whole weight
   * @param layout which dimensions are outputs, inputs and taps
   * @param groups how many groups the layer has, 1 or more
   * @throws IllegalArgumentException if the shape has not as many dimensions as the layout needs,
   *     or the groups do not divide the dimension that holds them all
   */
  public static Fans of(Shape weight, Layout layout, long groups) {
    Axes axes = Axes.of(weight, layout, List.of(), List.of(), List.of());
    return of(weight, axes, groups, layout == Layout.TRANSPOSED);
  }

  /** The fans by the arguments layout, groups and axes. */
  static Fans of(Shape weight, Arguments a) {
    Layout layout = a.choice("layout", Layout.values());
    return of(weight, Axes.of(a, weight), a.count("groups"), layout == Layout.TRANSPOSED);
  }

  /**
   * As in jax.nn.initializers.variance_scaling: the product of the sizes of the inputs, and of the
   * outputs, each times the taps.
   *
   * @param inputsGrouped whether it is the inputs, not the outputs, that all groups share out
   */
  private static Fans of(Shape weight, Axes axes, long groups, boolean inputsGrouped) {
    ArgumentChecks.that(groups >= 1, "groups", groups, "1 or more");
    double taps = Axes.product(weight, axes.taps());
    double in = Axes.product(weight, axes.in());
    double out = Axes.product(weight, axes.out());
    double all = inputsGrouped ? in : out;
    ArgumentChecks.that(
        all % groups == 0,
        "groups",
        groups,
        Text.message(
            "a divisor of dimension %s, which is %.0f",
            names(inputsGrouped ? axes.in() : axes.out()), all));
    return inputsGrouped
        ? new Fans(in / groups * taps, out * taps)
        : new Fans(in * taps, out / groups * taps);
  }

  private static String names(List<Integer> dimensions) {
    return dimensions.size() == 1 ? dimensions.getFirst().toString() : dimensions.toString();
  }

  /**
   * {@return the number that a law divides by: {@code fan_in}, {@code fan_out}, {@code (fan_in +
   * fan_out) / 2} or {@code sqrt(fan_in fan_out)}}
   *
   * @param mode which of the two, or which mean of both
   */
  public double of(Mode mode) {
    return switch (mode) {
      case FAN_IN -> in;
      case FAN_OUT -> out;
      case FAN_AVG -> (in + out) / 2;
      case FAN_GEO_AVG -> Math.sqrt(in * out);
    };
  }
}
