package org.initium.initializer;

import org.initium.Shape;
import org.initium.expression.Checks;
import org.initium.expression.Suggestions;

/**
 * How many inputs each output of a layer sums (fan_in) and how many outputs each input reaches
 * (fan_out), from the shape of its weight.
 *
 * @param in inputs of one output
 * @param out outputs of one input
 */
public record Fans(double in, double out) {

  /** What the dimensions of a weight mean. */
  public enum Layout {
    /** (out, in): torch.nn.Linear, and nothing else. */
    LINEAR,
    /** (out, in / groups, k...): torch's Conv1d to Conv3d; torch.nn.Linear too. */
    OIHW,
    /** (in, out / groups, k...): torch's ConvTranspose1d to 3d. */
    TRANSPOSED,
    /** (k..., in / groups, out): JAX, Flax, Keras; their Dense, and GPT-2's Conv1D too. */
    HWIO;

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
   * torch's fans: size 1 and size 0, each times the number of taps.
   *
   * @throws IllegalArgumentException if the shape has fewer than 2 dimensions
   */
  public static Fans of(Shape weight) {
    return of(weight, Layout.OIHW, 1);
  }

  /**
   * The fans of a weight in a layout. In a layer with groups an input reaches the outputs of its
   * own group only; torch's formula does not know of groups and is what 1 gives.
   *
   * @throws IllegalArgumentException if the shape has fewer than 2 dimensions, or more than 2 in
   *     layout linear, or the groups do not divide the dimension that holds them all
   */
  public static Fans of(Shape weight, Layout layout, long groups) {
    weight.checkRank(2, layout == Layout.LINEAR ? 2 : Integer.MAX_VALUE);
    Checks.that(groups >= 1, "groups", groups, "1 or more");
    int grouped = layout == Layout.HWIO ? -1 : 0;
    long all = weight.size(grouped);
    Checks.that(
        all % groups == 0,
        "groups",
        groups,
        "a divisor of dimension " + weight.dimension(grouped) + ", which is " + all);
    double perGroup = (double) (all / groups);
    double other = weight.size(layout == Layout.HWIO ? -2 : 1);
    double taps = 1;
    for (int d = 0; d < weight.rank() - 2; d++) {
      taps *= weight.size(layout == Layout.HWIO ? d : d + 2);
    }
    return layout == Layout.TRANSPOSED
        ? new Fans(perGroup * taps, other * taps)
        : new Fans(other * taps, perGroup * taps);
  }

  /** The one of the two, or the mean, that the mode asks for. */
  public double of(Mode mode) {
    return switch (mode) {
      case FAN_IN -> in;
      case FAN_OUT -> out;
      case FAN_AVG -> (in + out) / 2;
      case FAN_GEO_AVG -> Math.sqrt(in * out);
    };
  }
}
