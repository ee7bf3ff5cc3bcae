// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import org.initium.function.IndexFunction.Wave;

/**
 * Initializers that are values by index, and smooth functions of those or of a uniform: buffers and
 * the parameters of state-space models. docs/initializers.md has their formulas. Values by index
 * are computed in f64 and rounded once; they draw nothing.
 *
 * <pre>{@code
 * Values.log(Values.arange(1, 1))                           // Mamba's A_log
 * Values.exp(Init.uniform(Math.log(1e-3), Math.log(0.1)))   // log-uniform
 * }</pre>
 *
 * @since 0.1.0
 */
public final class Values {
  private Values() {}

  /**
   * {@return {@code start + i step} for index i in the last dimension} {@code with("dim", d)} in
   * another.
   *
   * {@snippet :
   * weight.fill(Values.arange(0, 1), generator);
   * }
   *
   * @param start the value at index 0
   * @param step what is added for each index
   */
  public static Init arange(double start, double step) {
    return Init.of("arange", "start", start, "step", step);
  }

  /**
   * {@return from start to end, both included, in equal steps along the last dimension; of one
   * element it is start}
   *
   * {@snippet :
   * weight.fill(Values.linspace(-1, 1), generator);
   * }
   *
   * @param start the first value
   * @param end the last value
   */
  public static Init linspace(double start, double end) {
    return Init.of("linspace", "start", start, "end", end);
  }

  /**
   * {@return tables (position, feature) of base 10000: {@code sin(p / 10000^(2i/d))} in the even
   * features, the cosine in the odd ones} Vaswani et al. 2017.
   *
   * {@snippet :
   * weight.fill(Values.sinusoidal(), generator);
   * }
   */
  public static Init sinusoidal() {
    return Init.of("sinusoidal");
  }

  /**
   * {@return tables (position, feature) of the cosines or sines of rotary embeddings, or their
   * frequencies alone} Su et al. 2021.
   *
   * {@snippet :
   * weight.fill(Values.rotary(IndexFunction.Wave.COS, 10000), generator);
   * }
   *
   * @param wave which of the three
   * @param base the base of the frequencies, more than 0: 10000 in most models
   */
  public static Init rotary(Wave wave, double base) {
    return Init.of("rotary", "wave", wave, "base", base);
  }

  /**
   * {@return {@code e^x} of each value x of a uniform or values by index}
   *
   * {@snippet :
   * weight.fill(Values.exp(Init.uniform(0, 1)), generator);
   * }
   *
   * @param init a uniform, or values by index
   */
  public static Init exp(Init init) {
    return Init.of("exp", "init", init);
  }

  /**
   * {@return the natural logarithm of each value of a uniform or values by index}
   *
   * {@snippet :
   * weight.fill(Values.log(Values.arange(1, 1)), generator);
   * }
   *
   * @param init a uniform, or values by index, of values more than 0
   */
  public static Init log(Init init) {
    return Init.of("log", "init", init);
  }

  /**
   * {@return {@code x^exponent} of each value x, 0 or more, of a uniform or values by index}
   *
   * {@snippet :
   * weight.fill(Values.power(Values.linspace(0, 1), 0.7), generator);
   * }
   *
   * @param init a uniform, or values by index
   * @param exponent the power
   */
  public static Init power(Init init, double exponent) {
    return Init.of("power", "init", init, "exponent", exponent);
  }

  /**
   * {@return {@code scale x + offset} of each value x of a uniform or values by index}
   *
   * {@snippet :
   * weight.fill(Values.affine(Values.linspace(0, 1), 8, -5), generator);
   * }
   *
   * @param init a uniform, or values by index
   * @param scale the factor
   * @param offset what is added
   */
  public static Init affine(Init init, double scale, double offset) {
    return Init.of("affine", "init", init, "scale", scale, "offset", offset);
  }

  /**
   * {@return {@code log(e^x - 1)} of each value x of a uniform or values by index}
   *
   * {@snippet :
   * weight.fill(Values.inverseSoftplus(Init.uniform(0.001, 0.1)), generator);
   * }
   *
   * @param init a uniform, or values by index, of values more than 0
   */
  public static Init inverseSoftplus(Init init) {
    return Init.of("inverse_softplus", "init", init);
  }

  /**
   * {@return the inverse softplus of a step that is log-uniform in [least, most]} Gu et al. 2022.
   *
   * {@snippet :
   * weight.fill(Values.dtBias(0.001, 0.1), generator);
   * }
   *
   * @param least the least step, more than 0: Mamba has 0.001
   * @param most the greatest step: Mamba has 0.1
   */
  public static Init dtBias(double least, double most) {
    return Init.of("dt_bias", "dt_min", least, "dt_max", most);
  }
}
