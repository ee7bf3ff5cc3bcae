// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import org.initium.Fill;

/** A law with mean 0 and a standard deviation that a formula gives. */
enum Distribution {
  NORMAL,
  /** Cut at two sigma, and widened so that std is that of the result: as JAX and Keras do. */
  TRUNCATED_NORMAL,
  UNIFORM;

  /** The standard deviation of N(0, 1) conditioned on [-2, 2], as JAX, Keras and timm write it. */
  private static final double STD_WITHIN_TWO_SIGMA = 0.87962566103423978;

  Fill of(double std) {
    double bound = Math.sqrt(3) * std;
    return switch (this) {
      case NORMAL -> new Fill.Normal(0, std);
      case TRUNCATED_NORMAL -> std == 0 ? new Fill.Constant(0) : corrected(0, std);
      case UNIFORM -> new Fill.Uniform(-bound, bound);
    };
  }

  /** N(mean, s^2) cut at two s, with s such that the result has that std. */
  static Fill corrected(double mean, double std) {
    return truncated(mean, std / STD_WITHIN_TWO_SIGMA, -2, 2);
  }

  /** N(mean, std^2) conditioned on bounds that are given in units of std from the mean. */
  static Fill truncated(double mean, double std, double lower, double upper) {
    return new Fill.TruncatedNormal(mean, std, mean + lower * std, mean + upper * std);
  }
}
