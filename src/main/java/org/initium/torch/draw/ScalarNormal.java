// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.draw;

import org.initium.random.TorchCpuGenerator;
import org.initium.torch.kernel.DoubleDraws;
import org.initium.torch.kernel.HalfUlp;

/** torch's draw of one normal on the CPU, in binary64 whatever the type of the tensor. */
record ScalarNormal(TorchCpuGenerator generator) {
  /** One normal: half of a pair, whose other half stays in the generator for the next. */
  double next(double mean, double std) {
    double cached = generator.takeNormal();
    if (cached == cached) {
      return Math.fma(cached, std, mean);
    }
    double angle = DoubleDraws.angle(generator.nextLong());
    double radius = DoubleDraws.radius(generator.nextLong());
    generator.cacheNormal(radius * HalfUlp.sin(angle));
    return Math.fma(radius * HalfUlp.cos(angle), std, mean);
  }
}
