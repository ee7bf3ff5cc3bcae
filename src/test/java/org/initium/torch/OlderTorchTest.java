// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.TorchVersion;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * f16 and bf16 of PyTorch up to 2.10, against libtorch 2.10.0 (written by the adapters' {@code
 * LibtorchNumbersTest}, which compares with the library in its process).
 */
class OlderTorchTest {
  static List<String> rows() throws IOException {
    return Resources.lines(OlderTorchTest.class, "/golden/torch-2.10.0-cpu-halves.txt");
  }

  @ParameterizedTest
  @MethodSource("rows")
  void areThoseOfLibtorch(String row) {
    String[] fields = row.split(" ");
    DType dtype = DType.parse(fields[0]);
    Generator generator = Generator.parse("torch-cpu(version=2.10)", 7);
    try (Tensor tensor = Tensor.empty(Shape.of(Long.parseLong(fields[2])), dtype);
        Tensor next = Tensor.empty(Shape.of(1), DType.F32)) {
      tensor.fill(Init.parse(fields[1]), generator);
      StringBuilder bits = new StringBuilder();
      for (int i = 0; i < tensor.shape().numel(); i++) {
        bits.append("%04x".formatted(dtype.bits(tensor.get(i))));
      }
      assertEquals(fields[3], bits.toString());
      next.fill(Init.uniform(), generator);
      assertEquals(Float.parseFloat(fields[4]), (float) next.get(0), "the state afterwards");
    }
  }

  @Test
  void widerTypesAreThoseOfAllVersions() {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      try (Tensor older = Tensor.empty(Shape.of(37), dtype);
          Tensor newer = Tensor.empty(Shape.of(37), dtype)) {
        older.fill(Init.normal(), Generator.torchCpu(3, TorchVersion.of("2.7.1")));
        newer.fill(Init.normal(), Generator.torchCpu(3));
        assertEquals(-1, older.segment().mismatch(newer.segment()));
      }
    }
  }

  @Test
  void truncatedNormalsAreRefusedBeforeTheGeneratorMoves() {
    Generator generator = Generator.torchCpu(3, TorchVersion.UP_TO_2_10);
    try (Tensor tensor = Tensor.empty(Shape.of(8), DType.F32);
        Tensor fresh = Tensor.empty(Shape.of(8), DType.F32)) {
      String message =
          assertThrows(
                  IllegalArgumentException.class, () -> tensor.fill(Init.truncNormal(), generator))
              .getMessage();
      assertTrue(message.startsWith("PyTorch before 2.12 made truncated normals"), message);
      tensor.fill(Init.uniform(), generator);
      fresh.fill(Init.uniform(), Generator.torchCpu(3));
      assertEquals(-1, tensor.segment().mismatch(fresh.segment()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.4", "2.7.1", "2.10", "2.10.0+cpu"})
  void knowsVersions(String version) {
    assertEquals(TorchVersion.UP_TO_2_10, TorchVersion.of(version));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.3", "2.11", "2.12", "2", "1.13", "x", "2.", ""})
  void refusesOthers(String version) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> TorchVersion.of(version)).getMessage();
    assertTrue(message.startsWith("version = " + version + " is not allowed; it must be one of"));
  }
}
