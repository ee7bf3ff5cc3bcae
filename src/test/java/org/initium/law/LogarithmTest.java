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
class LogarithmTest {
  /** Every binary32 value from the smallest that a word can give to 1. */
  @Test
  void everyUniformOfBinary32() {
    int lowest = Float.floatToRawIntBits(UnitInterval.unit(0));
    int one = Float.floatToRawIntBits(1f);
    double worst =
        IntStream.range(lowest, one)
            .parallel()
            .mapToDouble(
                bits -> {
                  float u = Float.intBitsToFloat(bits);
                  return Ulps.off(Logarithm.minusTwoLn(u), -2 * StrictMath.log(u));
                })
            .max()
            .orElseThrow();
    assertTrue(worst <= Tolerances.LOG_F32_ULP, "worst is " + worst + " ulp");
  }

  @Test
  void noRadiusAtOne() {
    assertEquals(0f, Logarithm.minusTwoLn(1f));
    assertEquals(0.0, Logarithm.minusTwoLn(1.0));
    assertEquals(0f, Normal32.radius(-1));
  }
}
