// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;

/** A process that makes 1e7 normal numbers and ends: what a start of the JVM costs. */
final class ColdStart {
  private ColdStart() {}

  public static void main(String[] args) {
    try (Tensor tensor = Tensor.empty(Shape.of(10_000_000), DType.F32)) {
      tensor.fill(Init.normal(), Generator.philox(1));
      System.out.println("filled " + tensor.shape());
    }
  }
}
