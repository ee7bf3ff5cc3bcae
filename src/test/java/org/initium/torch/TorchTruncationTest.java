// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.TorchCpuGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Truncated normals that PyTorch's rejection never ends on are refused; hard ones are drawn. */
class TorchTruncationTest {
  @ParameterizedTest
  @CsvSource({
    "'trunc_normal(std=1e-12, a=1, b=2)', keep fewer than one in a million",
    "'trunc_normal(mean=5, std=1e-4, a=-2, b=2)', keep fewer than one in a million",
    "'trunc_normal(a=-1e9, b=-40)', keep fewer than one in a million",
    "'trunc_normal(a=2, b=inf)', needs finite bounds",
  })
  void whatNeverEndsIsRefused(String init, String told) {
    try (Tensor tensor = Tensor.empty(Shape.of(8), DType.F32)) {
      TorchCpuGenerator generator = Generator.torchCpu(1);
      byte[] before = tensor.segment().toArray(ValueLayout.JAVA_BYTE);
      String message =
          assertThrows(
                  IllegalArgumentException.class, () -> tensor.fill(Init.parse(init), generator))
              .getMessage();
      assertTrue(message.contains(told) && message.contains("the generator philox"), message);
      assertArrayEquals(Generator.torchCpu(1).state(), generator.state(), "nothing was drawn");
      assertEquals(-1, tensor.segment().mismatch(MemorySegment.ofArray(before)));
    }
  }

  /** A proposal in 11,000 is kept: five standard deviations out, between bounds far apart. */
  @Test
  void rareProposalsAreWaitedFor() {
    try (Tensor tensor = Tensor.empty(Shape.of(50), DType.F64)) {
      tensor.fill(Init.parse("trunc_normal(a=5, b=2000)"), Generator.torchCpu(1));
      for (int i = 0; i < 50; i++) {
        double value = tensor.get(i);
        assertTrue(value >= 5 && value < 8, () -> value + ""); // P(x > 8 | x > 5) = 2e-9
      }
    }
  }
}
