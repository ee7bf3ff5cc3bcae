// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import org.initium.DType;
import org.initium.Fill;
import org.initium.torch.draw.NumberArithmetic;

/**
 * Whether a proposal x is accepted with a uniform u: log u at most the logarithm of density over
 * peak, -((x - mean) / std)^2 / 2 - logPeak, each step rounded to the dtype as torch does it.
 *
 * @param logPeak the first term at the mode
 */
record Acceptance(
    double mean, double std, double logPeak, DType dtype, NumberArithmetic arithmetic) {

  static Acceptance of(Fill.TruncatedNormal law, DType dtype, NumberArithmetic arithmetic) {
    double mode = Math.max(law.a(), Math.min(law.mean(), law.b()));
    double sigmas = (mode - law.mean()) / law.std();
    return new Acceptance(law.mean(), law.std(), -0.5 * (sigmas * sigmas), dtype, arithmetic);
  }

  boolean accepts(double x, double u) {
    return dtype.isWide() ? accepts64(x, u) : accepts32((float) x, (float) u);
  }

  private boolean accepts64(double x, double u) {
    double sigmas = arithmetic.over(x - mean, std);
    return StrictMath.log(u) <= sigmas * sigmas * -0.5 - logPeak;
  }

  private boolean accepts32(float x, float u) {
    float distance = round(arithmetic.minus(x, mean, dtype));
    float sigmas = round(arithmetic.over(distance, std));
    float exponent = round(round(sigmas * sigmas) * -0.5f);
    float density = round(arithmetic.minus(exponent, logPeak, dtype));
    return round((float) StrictMath.log(u)) <= density;
  }

  private float round(float value) {
    return (float) dtype.round(value);
  }
}
