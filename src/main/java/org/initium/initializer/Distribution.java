// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import org.initium.Fill;
import org.initium.expression.Suggestions;

/** A law with mean 0 and a standard deviation that a formula gives. */
enum Distribution {
  NORMAL {
    @Override
    Fill of(double std) {
      return new Fill.Normal(0, std);
    }
  },
  /** Cut at two sigma, and widened so that std is that of the result: as JAX and Keras do. */
  TRUNCATED_NORMAL {
    @Override
    Fill of(double std) {
      return std == 0 ? new Fill.Constant(0) : truncated(0, std / STD_WITHIN_TWO_SIGMA, -2, 2);
    }
  },
  UNIFORM {
    @Override
    Fill of(double std) {
      double bound = Math.sqrt(3) * std;
      return new Fill.Uniform(-bound, bound);
    }
  };

  /** The standard deviation of N(0, 1) conditioned on [-2, 2], as JAX, Keras and timm write it. */
  static final double STD_WITHIN_TWO_SIGMA = 0.87962566103423978;

  abstract Fill of(double std);

  /** N(mean, std^2) conditioned on bounds that are given in units of std from the mean. */
  static Fill truncated(double mean, double std, double lower, double upper) {
    return new Fill.TruncatedNormal(mean, std, mean + lower * std, mean + upper * std);
  }

  /** The name in an expression: {@code truncated_normal}. */
  @Override
  public String toString() {
    return Suggestions.of(this);
  }
}
