package org.initium.torch;

import org.initium.DType;
import org.initium.Fill;

/**
 * Whether a proposal x is accepted with a uniform u: log u at most the logarithm of density over
 * peak, -((x - mean) / std)^2 / 2 - logPeak, in torch's arithmetic: in the dtype, each step rounded
 * to it, numbers outside the tensor in the type that it computes in.
 *
 * @param logPeak the same expression at the mode
 * @param division how (x - mean) is divided by std
 */
record Acceptance(double mean, double std, double logPeak, DType dtype, Draws.Division division) {

  static Acceptance of(Fill.TruncatedNormal law, DType dtype, Draws.Division division) {
    double mode = Math.max(law.a(), Math.min(law.mean(), law.b()));
    double sigmas = (mode - law.mean()) / law.std();
    return new Acceptance(law.mean(), law.std(), -0.5 * (sigmas * sigmas), dtype, division);
  }

  boolean accepts(double x, double u) {
    return dtype == DType.F64 ? accepts64(x, u) : accepts32((float) x, (float) u);
  }

  private boolean accepts64(double x, double u) {
    double distance = x - mean;
    double scaled =
        switch (division) {
          case TRUE -> distance / std;
          case RECIPROCAL -> distance * (1 / std);
        };
    return !(StrictMath.log(u) > scaled * scaled * -0.5 - logPeak);
  }

  private boolean accepts32(float x, float u) {
    float distance = round(x - (float) mean);
    float scaled =
        round(
            switch (division) {
              case TRUE -> distance / (float) std;
              case RECIPROCAL -> distance * (1 / (float) std);
            });
    float density = round(round(round(scaled * scaled) * -0.5f) - (float) logPeak);
    return !(round((float) StrictMath.log(u)) > density);
  }

  private float round(float value) {
    return Rounding.round(value, dtype);
  }
}
