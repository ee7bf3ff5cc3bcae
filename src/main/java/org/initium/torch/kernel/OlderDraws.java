// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.initium.DType;

/**
 * PyTorch's numbers on the CPU up to 2.10. A uniform that rounds to its upper bound is that. f16
 * and bf16 have a unit of as many bits as the type's significand, and arithmetic that is rounded to
 * the type at each step: there are so few units that each function of them is a table.
 */
public final class OlderDraws {
  private static final int BLOCK = 16;
  private static final Map<DType, OlderDraws> NARROW =
      Arrays.stream(DType.values())
          .filter(OlderDraws::isNarrow)
          .collect(Collectors.toMap(dtype -> dtype, OlderDraws::new));

  private final DType dtype;
  private final double[] radius; // sqrt(-2 log(1 - u))
  private final double[] cosine; // of 2 pi u
  private final double[] sine;

  private OlderDraws(DType dtype) {
    this.dtype = dtype;
    int units = 1 << dtype.precision();
    radius = new double[units];
    cosine = new double[units];
    sine = new double[units];
    for (int i = 0; i < units; i++) {
      double u = (double) i / units;
      double log = dtype.round(StrictMath.log(dtype.round(1 - u)));
      radius[i] = dtype.round(Math.sqrt(dtype.round(-2 * log)));
      double angle = dtype.round(2 * Math.PI * u);
      cosine[i] = dtype.round(StrictMath.cos(angle));
      sine[i] = dtype.round(StrictMath.sin(angle));
    }
  }

  /** Whether all is drawn in the type itself. */
  public static boolean isNarrow(DType dtype) {
    return TorchTypes.draws(dtype) && dtype != dtype.computedIn();
  }

  /** As {@link TorchKernels#cpu} makes those of later versions. */
  public static void fill(
      TorchKernels kernels, CpuNumbers numbers, MemorySegment words, MemorySegment out, int count) {
    DType dtype = numbers.dtype();
    if (isNarrow(dtype)) {
      NARROW.get(dtype).fill(numbers, words, out, count);
      return;
    }
    kernels.cpu(numbers, words, out, count);
    double low = dtype.round(numbers.a());
    for (int i = 0; numbers.law() == TorchLaw.UNIFORM && i < count; i++) {
      if (dtype.get(out, i) == low) { // what was the upper bound is one of these
        dtype.set(out, i, TorchReference.drawn(numbers, words, i));
      }
    }
  }

  private void fill(CpuNumbers numbers, MemorySegment words, MemorySegment out, int count) {
    double first = dtype.round((float) numbers.a());
    double second = dtype.round((float) numbers.b());
    for (int i = 0; i < count; i++) {
      double value =
          switch (numbers.law()) {
            case UNIFORM -> uniform(first, second, unit(words, i));
            case NORMAL -> normal(first, second, words, i);
          };
      dtype.set(out, i, value);
    }
  }

  private int unit(MemorySegment words, int i) {
    return words.get(JAVA_INT_UNALIGNED, 4L * i) & radius.length - 1;
  }

  /** In binary32 but for the difference of the bounds; b is not left out. */
  private double uniform(double a, double b, int unit) {
    return (float) ((double) unit / radius.length * dtype.round(b - a) + a);
  }

  private double normal(double mean, double std, MemorySegment words, int i) {
    int pair = i / BLOCK * BLOCK + i % (BLOCK / 2);
    int angle = unit(words, pair + BLOCK / 2);
    double turn = i == pair ? cosine[angle] : sine[angle];
    double standard = dtype.round(radius[unit(words, pair)] * turn);
    return dtype.round(standard * std) + mean;
  }
}
