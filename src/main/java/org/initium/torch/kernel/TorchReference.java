// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.law.ElementLaw;
import org.initium.law.Normal32;
import org.initium.law.Normal64;
import org.initium.law.Philox;
import org.initium.law.UnitInterval;
import org.initium.random.twister.Twister;

/** Torch's numbers one by one, as they are defined. */
public enum TorchReference implements TorchKernels {
  /** The only one. */
  INSTANCE;

  private static final int BLOCK = 16;

  @Override
  public Twister twister() {
    return Twister::reference;
  }

  @Override
  public void cpu(CpuNumbers numbers, MemorySegment words, MemorySegment elements, int count) {
    for (int i = 0; i < count; i++) {
      double value =
          switch (numbers.law()) {
            case UNIFORM -> uniform(numbers, words, i);
            case NORMAL -> normal(numbers, words, i);
          };
      numbers.dtype().set(elements, i, value);
    }
  }

  /** What rounds to b becomes a. */
  private static double uniform(CpuNumbers numbers, MemorySegment words, int i) {
    DType dtype = numbers.dtype();
    double value = drawn(numbers, words, i);
    double low = dtype.isWide() ? numbers.a() : (float) numbers.a();
    double high = dtype.isWide() ? numbers.b() : (float) numbers.b();
    return dtype.round(value) == dtype.round(high) ? low : value;
  }

  /** Which may round to b. */
  static double drawn(CpuNumbers numbers, MemorySegment words, int i) {
    return numbers.dtype().isWide()
        ? DoubleDraws.uniform(two(words, i), numbers.a(), numbers.b())
        : FloatDraws.uniform(one(words, i), (float) numbers.a(), (float) numbers.b());
  }

  /**
   * Of a block of 16, the first eight give radii and the last eight angles; pair j gives elements j
   * (cosine) and j + 8 (sine).
   */
  private static double normal(CpuNumbers numbers, MemorySegment words, int i) {
    int first = i / BLOCK * BLOCK + i % (BLOCK / 2);
    int second = first + BLOCK / 2;
    boolean cosine = i == first;
    if (numbers.dtype().isWide()) {
      double angle = DoubleDraws.angle(two(words, second));
      double turn = cosine ? HalfUlp.cos(angle) : HalfUlp.sin(angle);
      return Math.fma(DoubleDraws.radius(two(words, first)) * turn, numbers.b(), numbers.a());
    }
    float angle = FloatDraws.angle(one(words, second));
    float turn = cosine ? Cephes.cos(angle) : Cephes.sin(angle);
    return Math.fma(
        FloatDraws.radius(one(words, first)) * turn, (float) numbers.b(), (float) numbers.a());
  }

  private static int one(MemorySegment words, int i) {
    return words.get(JAVA_INT_UNALIGNED, 4L * i);
  }

  /** Two words, the first in the upper half. */
  private static long two(MemorySegment words, int i) {
    return (long) one(words, 2 * i) << 32 | one(words, 2 * i + 1) & 0xffffffffL;
  }

  @Override
  public void cuda(
      CudaNumbers numbers, CudaLaunch launch, MemorySegment elements, long from, long to) {
    DType dtype = numbers.dtype();
    long wave = from / launch.threads();
    long block = launch.offset() / 4 + wave;
    int[] words = new int[4];
    double[] values = new double[CudaLaunch.width(dtype)];
    for (long i = from; i < to; i++) {
      int thread = (int) (i - wave * launch.threads());
      Philox.block((int) block, (int) (block >>> 32), thread, 0, launch.seed(), words);
      values(numbers, words, values);
      for (int c = 0; c < values.length; c++) {
        long at = (long) c * launch.threads() + thread;
        if (wave * launch.wave(dtype) + at < launch.count()) {
          dtype.set(elements, at, values[c]);
        }
      }
    }
  }

  /** The elements of a block of four words, the last of their rounding left out. */
  private static void values(CudaNumbers numbers, int[] w, double[] values) {
    DType dtype = numbers.dtype();
    boolean wide = dtype.isWide();
    switch (numbers.law()) {
      case UNIFORM -> {
        for (int c = 0; c < values.length; c++) {
          double value =
              wide
                  ? Math.fma(
                      UnitInterval.unit(UnitInterval.bits53(w[2 * c], w[2 * c + 1])),
                      numbers.b(),
                      numbers.a())
                  : Math.fma(UnitInterval.unit(w[c]), (float) numbers.b(), (float) numbers.a());
          values[c] = dtype.round(value) == numbers.high() ? numbers.a() : value;
        }
      }
      case NORMAL -> {
        ElementLaw law =
            wide
                ? new Normal64(numbers.a(), numbers.b())
                : new Normal32((float) numbers.a(), (float) numbers.b());
        law.elements(w, values);
      }
    }
  }
}
