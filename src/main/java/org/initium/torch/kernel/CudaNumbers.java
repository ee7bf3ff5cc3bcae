// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import java.util.Optional;
import org.initium.DType;
import org.initium.Fill;
import org.initium.kernel.Parameters;

/**
 * The numbers of a law of torch's on a CUDA device. A uniform is {@code fma(unit, b, a)} of a unit
 * in (0, 1], rounded to the dtype, and {@code a} where that is {@code high}; a normal is {@code
 * fma(z, b, a)}.
 *
 * @param dtype of the elements
 * @param a the lower bound or the mean, rounded to the dtype or to binary32
 * @param b the difference of the rounded bounds, rounded again, or the standard deviation
 * @param high the upper bound, rounded to the dtype; NaN for a normal
 */
public record CudaNumbers(TorchLaw law, DType dtype, double a, double b, double high) {
  /** Of a fill, if it is a law that PyTorch has a kernel for and we know its numbers. */
  public static Optional<CudaNumbers> of(Fill.Elementary fill, DType dtype) {
    if (!TorchTypes.draws(dtype)) {
      return Optional.empty();
    }
    return switch (fill) {
      case Fill.Uniform uniform -> Optional.of(of(uniform, dtype));
      case Fill.Normal normal -> Optional.of(of(normal, dtype));
      case Fill.ByQuantile _, Fill.Fixed _, Fill.OfMatrix _ -> Optional.empty();
    };
  }

  /** Of a uniform fill. */
  public static CudaNumbers of(Fill.Uniform fill, DType dtype) {
    if (dtype.isWide()) {
      return new CudaNumbers(TorchLaw.UNIFORM, dtype, fill.a(), fill.b() - fill.a(), fill.b());
    }
    float low = (float) dtype.round((float) fill.a());
    float high = (float) dtype.round((float) fill.b());
    return new CudaNumbers(TorchLaw.UNIFORM, dtype, low, dtype.round(high - low), high);
  }

  /** Of a normal fill. */
  public static CudaNumbers of(Fill.Normal fill, DType dtype) {
    boolean wide = dtype.isWide();
    double mean = wide ? fill.mean() : (float) fill.mean();
    double std = wide ? fill.std() : (float) fill.std();
    return new CudaNumbers(TorchLaw.NORMAL, dtype, mean, std, Double.NaN);
  }

  /**
   * The struct Torch of kernels/torch.cuh. Its last numbers are bits: of the stored value that is
   * replaced, of more bits than a dtype has for none; of what it is replaced by; and those that are
   * compared, since -0 equals 0.
   *
   * @param memory where element {@code first} of the start is
   * @param first of the elements of the start that are in memory
   * @param end behind them
   */
  public void addTo(Parameters parameters, long memory, CudaLaunch launch, long first, long end) {
    boolean replaces = law == TorchLaw.UNIFORM;
    long all = -1L >>> Long.SIZE - Byte.SIZE * dtype.bytes();
    parameters
        .add(memory)
        .addSource(launch.seed(), launch.offset() / 4)
        .add((long) launch.threads())
        .add(launch.count())
        .add(first)
        .add(end)
        .add(a)
        .add(b)
        .add(replaces ? dtype.bits(high) : -1)
        .add(replaces ? dtype.bits(a) : 0)
        .add(!replaces ? -1 : high == 0 ? all >>> 1 : all);
  }
}
