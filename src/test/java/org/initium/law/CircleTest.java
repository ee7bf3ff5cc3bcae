// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.initium.testing.Tolerances;
import org.initium.testing.Ulps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class CircleTest {
  /** Every rest of an angle that a word can give, each once where words share it. */
  @Test
  void everyRestOfBinary32() {
    int eighth = Circle.EIGHTH_32;
    double worst =
        IntStream.range(-eighth, eighth)
            .parallel()
            .filter(r -> r == -eighth || (float) r != (float) (r - 1))
            .mapToDouble(
                r -> {
                  float f = Circle.rest(r);
                  double angle = 2 * Math.PI * f;
                  return Math.max(
                      Ulps.off(Circle.sinOfRest(f), StrictMath.sin(angle)),
                      Ulps.off(Circle.cosOfRest(f), StrictMath.cos(angle)));
                })
            .max()
            .orElseThrow();
    assertTrue(worst <= Tolerances.CIRCLE_F32_ULP, "worst is " + worst + " ulp");
  }

  /** The quarters: words all around the circle, and both sides of each border. */
  @Test
  void allAroundTheCircle() {
    for (long w = 0; w < 1L << 32; w += 65521) {
      around((int) w);
    }
    for (int border = 0; border < 8; border++) {
      for (int near = -3; near <= 3; near++) {
        around(border * Circle.EIGHTH_32 + near);
      }
    }
  }

  private static void around(int word) {
    double angle = 2 * Math.PI * ((word & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
    assertEquals(StrictMath.sin(angle), Circle.sin(word), 1.5e-7, "sine of word " + word);
    assertEquals(StrictMath.cos(angle), Circle.cos(word), 1.5e-7, "cosine of word " + word);
  }
}
