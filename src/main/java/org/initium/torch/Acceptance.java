// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import org.initium.DType;
import org.initium.Fill;

/**
 * Whether a proposal x is accepted with a uniform u: log u at most the logarithm of density over
 * peak, -((x - mean) / std)^2 / 2 - logPeak, each step rounded to the dtype as torch does it.
 *
 * @param logPeak the first term at the mode
 * @param onCuda whether arithmetic between a tensor and a number is that of torch's CUDA kernels
 */
record Acceptance(double mean, double std, double logPeak, DType dtype, boolean onCuda) {

  static Acceptance of(Fill.TruncatedNormal law, DType dtype, boolean onCuda) {
    double mode = Math.max(law.a(), Math.min(law.mean(), law.b()));
    double sigmas = (mode - law.mean()) / law.std();
    return new Acceptance(law.mean(), law.std(), -0.5 * (sigmas * sigmas), dtype, onCuda);
  }

  boolean accepts(double x, double u) {
    return dtype.isWide() ? accepts64(x, u) : accepts32((float) x, (float) u);
  }

  /** A quotient by a number is one on the CPU, and times the reciprocal on CUDA. */
  private boolean accepts64(double x, double u) {
    double sigmas = onCuda ? (x - mean) * (1 / std) : (x - mean) / std;
    return StrictMath.log(u) <= sigmas * sigmas * -0.5 - logPeak;
  }

  private boolean accepts32(float x, float u) {
    float distance = round(x - number(mean));
    float sigmas = round(onCuda ? distance * (1 / (float) std) : distance / (float) std);
    float exponent = round(round(sigmas * sigmas) * -0.5f);
    float density = round(exponent - number(logPeak));
    return round((float) StrictMath.log(u)) <= density;
  }

  /** A number to subtract: rounded to the tensor's dtype on the CPU, used in binary32 on CUDA. */
  private float number(double value) {
    return onCuda ? (float) value : round((float) value);
  }

  private float round(float value) {
    return (float) dtype.round(value);
  }
}
