package org.initium.bench;

import org.initium.DType;
import org.initium.Generator;
import org.initium.Init;
import org.initium.Shape;
import org.initium.Tensor;

/** A process that makes 1e7 normal numbers and ends: what a start of the JVM costs. */
final class ColdStart {
  private ColdStart() {}

  public static void main(String[] args) {
    try (Tensor tensor = Tensor.empty(Shape.of(10_000_000), DType.F32)) {
      tensor.fill(Init.normal(), Generator.philox(1));
      System.out.println("filled " + tensor.get(9_999_999));
    }
  }
}
