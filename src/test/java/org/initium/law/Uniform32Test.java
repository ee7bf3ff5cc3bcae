// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.initium.DType;
import org.initium.Fill;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Uniforms between bounds that are next to nothing in the dtype. */
class Uniform32Test {
  @ParameterizedTest
  @CsvSource({
    "F16, -1e-9, 1e-8",
    "F16, -1e-9, 1",
    "F32, 0, 1.4e-45",
    "F32, -1e-50, 1.4e-45",
    "BF16, -1e-42, 1e-42"
  })
  void zeroIsPlusZeroWhereABoundIsZero(DType dtype, double a, double b) {
    Uniform32 law = Uniform32.of(new Fill.Uniform(a, b), dtype);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      float x = law.at(i < 4 ? i - 2 : random.nextInt());
      assertTrue(x >= law.low() && x <= law.high(), () -> x + " is outside");
      if (x == 0) {
        assertEquals(0, Float.floatToRawIntBits(x), "bits of 0 from U[" + a + ", " + b + ")");
      }
    }
  }
}
