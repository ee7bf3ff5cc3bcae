// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.initium.DType;
import org.initium.Fill;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proposals that PyTorch accepts on one device and not on the other. */
class AcceptanceTest {
  /** Rows by src/test/python/acceptance.py, of PyTorch 2.13.0: accepted on the CPU, or on CUDA. */
  @ParameterizedTest
  @CsvSource({
    "f32, 2.981621265411377, 0.017743658274412155, true",
    "f32, 2.8676183223724365, 0.03267694264650345, true",
    "f64, 2.113050665018801, 0.9530241694525382, false",
    "f64, 2.130879137140456, 0.8918952859456273, false",
    "f16, 2.134765625, 0.87890625, true",
    "f16, 2.52734375, 0.1727294921875, true",
    "bf16, 2.125, 0.91015625, true",
    "bf16, 2.265625, 0.52734375, true",
  })
  void numbersAreUsedAsTheDeviceDoes(String type, double x, double u, boolean onCpu) {
    Fill.TruncatedNormal law = new Fill.TruncatedNormal(0.3, 0.7, 2.1, 3.3);
    DType dtype = DType.parse(type);
    assertEquals(onCpu, Acceptance.of(law, dtype, false).accepts(x, u));
    assertEquals(!onCpu, Acceptance.of(law, dtype, true).accepts(x, u));
  }
}
