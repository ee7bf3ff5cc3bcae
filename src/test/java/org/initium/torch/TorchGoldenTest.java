package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import org.initium.DType;
import org.initium.Generator;
import org.initium.Init;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.TorchCpuGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * PyTorch 2.13.0's own bytes, written by resources/golden/torch_golden.py: every value, and the
 * state that the generator is left in.
 */
class TorchGoldenTest {
  private static final int ROWS = 620;

  static List<TorchGolden> rows() throws IOException {
    return TorchGolden.read().stream()
        .filter(row -> !row.expression().matches("(eye|dirac|orthogonal).*"))
        .toList();
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
      row.check(tensor);
    }
    try (Tensor one = Tensor.empty(Shape.of(1), DType.F32)) {
      one.fill(Init.uniform(), generator);
      assertEquals(row.nextUniform(), hex(one), "the generator's next word");
      one.fill(Init.normal(), generator);
      assertEquals(row.nextNormal(), hex(one), "the generator's cached normal");
    }
  }

  static String hex(Tensor tensor) {
    MemorySegment bytes = tensor.segment();
    return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
  }
}
