package org.initium.torch;

import org.initium.TorchCpuGenerator;

/** torch's uniforms and normals on the CPU in binary64: a chunk at a time, and one by one. */
final class DoubleDraws {
  private static final double TWO_PI = 2 * Math.PI;
  private static final int HALF_BLOCK = 8;

  private DoubleDraws() {}

  /** The uniform in [0, 1) of two words: the lower 53 bits. */
  private static double unit(long words) {
    return (words & (1L << 53) - 1) * 0x1p-53;
  }

  private static void units(Scratch s, int count) {
    for (int i = 0; i < count; i++) {
      s.doubles[i] = unit((long) s.words[2 * i] << 32 | s.words[2 * i + 1] & 0xffffffffL);
    }
  }

  /** Makes uniforms of {@code s.words}, two for each: those that round to b become a. */
  static void uniform(Scratch s, int count, double a, double b) {
    units(s, count);
    double range = b - a;
    for (int i = 0; i < count; i++) {
      double value = Math.fma(s.doubles[i], range, a);
      s.doubles[i] = value == b ? a : value;
    }
  }

  /** Makes normals of {@code s.words}, two for each, in blocks as {@link FloatDraws#normal}. */
  static void normal(Scratch s, int count, double mean, double std) {
    units(s, count);
    double[] values = s.doubles;
    for (int b = 0; b < count; b += 2 * HALF_BLOCK) {
      for (int j = b; j < b + HALF_BLOCK; j++) {
        double radius = Math.sqrt(-2 * HalfUlp.log(1 - values[j]));
        HalfUlp.polar(radius, TWO_PI * values[j + HALF_BLOCK], values, j, j + HALF_BLOCK);
        values[j] = Math.fma(values[j], std, mean);
        values[j + HALF_BLOCK] = Math.fma(values[j + HALF_BLOCK], std, mean);
      }
    }
  }

  /** One normal: half of a pair, whose other half stays in the generator for the next. */
  static double next(TorchCpuGenerator generator, double mean, double std) {
    double cached = generator.takeNormal();
    if (cached == cached) {
      return Math.fma(cached, std, mean);
    }
    double u1 = unit(generator.nextLong());
    double u2 = unit(generator.nextLong());
    double[] pair = new double[2];
    HalfUlp.polar(Math.sqrt(-2 * HalfUlp.log(1 - u2)), TWO_PI * u1, pair, 0, 1);
    generator.cacheNormal(pair[1]);
    return Math.fma(pair[0], std, mean);
  }
}
