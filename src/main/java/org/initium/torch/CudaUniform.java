package org.initium.torch;

import org.initium.DType;
import org.initium.Fill;

/**
 * torch's uniforms on a CUDA device: {@code fma(unit, range, low)} of a unit in (0, 1], rounded to
 * the dtype, and {@code low} where that is {@code high}.
 *
 * @param low a, rounded to the dtype
 * @param range b - a of the rounded bounds, rounded again
 * @param high b, rounded to the dtype
 */
public record CudaUniform(double low, double range, double high) {
  /** The law of a fill. */
  public static CudaUniform of(Fill.Uniform fill, DType dtype) {
    if (dtype == DType.F64) {
      return new CudaUniform(fill.a(), fill.b() - fill.a(), fill.b());
    }
    float low = Rounding.round((float) fill.a(), dtype);
    float high = Rounding.round((float) fill.b(), dtype);
    return new CudaUniform(low, Rounding.round(high - low, dtype), high);
  }
}
