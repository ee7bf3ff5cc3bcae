// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.TorchCpuGenerator;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * PyTorch 2.13.0's own bytes, written by resources/golden/torch_golden.py: every value, and the
 * state that the generator is left in.
 */
class TorchGoldenTest {
  private static final int ROWS = 828;

  static List<TorchGolden> rows() throws IOException {
    return TorchGolden.read();
  }

  @Test
  void readsAllRows() throws IOException {
    assertEquals(ROWS, TorchGolden.read().size());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void equalsPyTorch(TorchGolden row) {
    TorchCpuGenerator generator = Generator.torchCpu(row.seed());
    try (Tensor tensor = Tensor.empty(row.shape(), row.dtype())) {
      tensor.fill(row.init(), generator);
      assertClose(row, row.expected(), row.elements(tensor.segment()));
    }
    try (Tensor one = Tensor.empty(Shape.of(1), DType.F32)) {
      one.fill(Init.uniform(), generator);
      assertEquals(row.nextUniform(), hex(one), "the generator's next word");
      one.fill(Init.normal(), generator);
      assertEquals(row.nextNormal(), hex(one), "the generator's cached normal");
    }
  }

  /** To the bit, but for what a factorization or the C library's functions round otherwise. */
  private static void assertClose(TorchGolden row, double[] theirs, double[] ours) {
    boolean wide = row.dtype() == DType.F64;
    for (int i = 0; i < ours.length; i++) {
      double allowed = 0;
      if (row.expression().startsWith("orthogonal")) {
        allowed = wide ? Tolerances.TORCH_ORTHOGONAL_F64 : Tolerances.TORCH_ORTHOGONAL_F32;
      } else if (wide && row.expression().startsWith("cauchy(loc=0.5")) {
        // an ulp of the tangent, which the sum with loc may be far smaller than
        allowed = Tolerances.TORCH_NORMAL_F64_ULP * Math.ulp(Math.abs(theirs[i]) + 0.5);
      } else if (wide) {
        allowed = Tolerances.TORCH_NORMAL_F64_ULP * Math.ulp(theirs[i]);
      }
      if (allowed == 0) {
        assertEquals(Double.toHexString(theirs[i]), Double.toHexString(ours[i]), "element " + i);
      } else {
        assertEquals(theirs[i], ours[i], allowed, "element " + i);
      }
    }
  }

  static String hex(Tensor tensor) {
    MemorySegment bytes = tensor.segment();
    return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
  }
}
