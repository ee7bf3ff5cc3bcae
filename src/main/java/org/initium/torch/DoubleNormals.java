package org.initium.torch;

import org.initium.TorchCpuGenerator;

/** torch's Box-Muller transforms in binary64: of a block of 16 uniforms, and of a pair. */
final class DoubleNormals {
  private static final double TWO_PI = 2 * Math.PI;

  private DoubleNormals() {}

  /** The uniform in [0, 1) of two words: the lower 53 bits. */
  static double uniform(long words) {
    return (words & (1L << 53) - 1) * 0x1p-53;
  }

  /** Transforms a block of 16 uniforms in place; see {@link FloatBlocks}. */
  static void block(double[] values, int at, double mean, double std) {
    for (int j = at; j < at + 8; j++) {
      double radius = Math.sqrt(-2 * HalfUlp.log(1 - values[j]));
      HalfUlp.polar(radius, TWO_PI * values[j + 8], values, j, j + 8);
      values[j] = Math.fma(values[j], std, mean);
      values[j + 8] = Math.fma(values[j + 8], std, mean);
    }
  }

  /** One normal: half of a pair, whose other half stays in the generator for the next. */
  static double next(TorchCpuGenerator generator, double mean, double std) {
    double cached = generator.takeNormal();
    if (cached == cached) {
      return Math.fma(cached, std, mean);
    }
    double u1 = uniform(generator.nextLong());
    double u2 = uniform(generator.nextLong());
    double[] pair = new double[2];
    HalfUlp.polar(Math.sqrt(-2 * HalfUlp.log(1 - u2)), TWO_PI * u1, pair, 0, 1);
    generator.cacheNormal(pair[1]);
    return Math.fma(pair[0], std, mean);
  }
}
