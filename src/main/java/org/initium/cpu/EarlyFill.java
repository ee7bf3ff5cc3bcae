// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;

/**
 * Fills a few elements beside whatever the program does after it has first asked for a backend:
 * reads its model, touches its memory. The first fill that counts then finds classes loaded and
 * linked, which on its own would take it some tens of milliseconds, ten times what it computes in.
 */
final class EarlyFill {
  private static final Fill.Elementary[] USUAL = {
    new Fill.Normal(0, 1),
    new Fill.Uniform(0, 1),
    new Fill.TruncatedNormal(0, 1, -2, 2),
    new Fill.Constant(0)
  };

  private EarlyFill() {}

  /** Begins, where there is a processor for it. */
  static void begin() {
    if (Runtime.getRuntime().availableProcessors() > 1) {
      Thread.ofPlatform().daemon().name("initium-start").start(EarlyFill::run);
    }
  }

  private static void run() {
    try (Tensor few = Tensor.empty(Shape.of(9), DType.F32, Device.CPU)) {
      for (Fill fill : USUAL) {
        few.fill(_ -> fill, Generator.philox(0));
      }
    } catch (RuntimeException | LinkageError e) {
      // Whoever fills next is told.
    }
  }
}
