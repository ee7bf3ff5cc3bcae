package org.initium.initializer;

import java.util.Map;
import org.initium.function.IndexFunction.Wave;

/**
 * Initialisers that are values by index, and smooth functions of those or of a uniform: buffers and
 * the parameters of state-space models. docs/initialisers.md has their formulas. Values by index
 * are computed in f64 and rounded once; they draw nothing.
 *
 * <pre>{@code
 * Values.log(Values.arange(1, 1))                           // Mamba's A_log
 * Values.exp(Init.uniform(Math.log(1e-3), Math.log(0.1)))   // log-uniform
 * }</pre>
 */
public final class Values {
  private Values() {}

  private static Init of(String name, Map<String, ?> arguments) {
    return Init.of(Catalogue.of(name), arguments);
  }

  /**
   * {@code start + i step} for index i in the last dimension; {@code with("dim", d)} in another.
   */
  public static Init arange(double start, double step) {
    return of("arange", Map.of("start", start, "step", step));
  }

  /** From start to end, both included, in equal steps along the last dimension. */
  public static Init linspace(double start, double end) {
    return of("linspace", Map.of("start", start, "end", end));
  }

  /** Sines and cosines of positions, in turn, of base 10000: Vaswani et al. 2017. */
  public static Init sinusoidal() {
    return of("sinusoidal", Map.of());
  }

  /** The cosines, sines or frequencies of rotary embeddings: Su et al. 2021. */
  public static Init rotary(Wave wave, double base) {
    return of("rotary", Map.of("wave", wave, "base", base));
  }

  /** {@code e^x} of each value x of a uniform or values by index. */
  public static Init exp(Init init) {
    return of("exp", Map.of("init", init));
  }

  /** The natural logarithm of each value of a uniform or values by index. */
  public static Init log(Init init) {
    return of("log", Map.of("init", init));
  }

  /** {@code x^exponent} of each value x, 0 or more, of a uniform or values by index. */
  public static Init power(Init init, double exponent) {
    return of("power", Map.of("init", init, "exponent", exponent));
  }

  /** {@code scale x + offset} of each value x of a uniform or values by index. */
  public static Init affine(Init init, double scale, double offset) {
    return of("affine", Map.of("init", init, "scale", scale, "offset", offset));
  }

  /** {@code log(e^x - 1)} of each value x of a uniform or values by index. */
  public static Init inverseSoftplus(Init init) {
    return of("inverse_softplus", Map.of("init", init));
  }

  /** The inverse softplus of a step that is log-uniform in [least, most]: Gu et al. 2022. */
  public static Init dtBias(double least, double most) {
    return of("dt_bias", Map.of("dt_min", least, "dt_max", most));
  }
}
