package org.initium.torch;

import org.initium.random.TorchCpuGenerator;

/** torch's draw of one normal on the CPU, in binary64 whatever the type of the tensor. */
final class ScalarNormal {
  private final TorchCpuGenerator generator;
  private final double[] radius = new double[1];
  private final double[] angle = new double[1];
  private final double[] sine = new double[1];
  private final double[] cosine = new double[1];
  private final HalfUlp halfUlp = new HalfUlp(1);

  ScalarNormal(TorchCpuGenerator generator) {
    this.generator = generator;
  }

  /** One normal: half of a pair, whose other half stays in the generator for the next. */
  double next(double mean, double std) {
    double cached = generator.takeNormal();
    if (cached == cached) {
      return Math.fma(cached, std, mean);
    }
    angle[0] = DoubleDraws.TWO_PI * DoubleDraws.unit(generator.nextLong());
    radius[0] = 1 - DoubleDraws.unit(generator.nextLong());
    halfUlp.log(radius, 1);
    halfUlp.sinCos(angle, sine, cosine, 1);
    double length = Math.sqrt(-2 * radius[0]);
    generator.cacheNormal(length * sine[0]);
    return Math.fma(length * cosine[0], std, mean);
  }
}
