// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorExpressionTest {
  @Test
  void readsTheKinds() {
    assertEquals("philox(seed=5, offset=0)", Generator.parse("philox", 5).toString());
    assertEquals("torch-cpu(seed=5)", Generator.parse(" torch-cpu ", 5).toString());
    TorchCudaGenerator atHand =
        assertInstanceOf(TorchCudaGenerator.class, Generator.parse("torch-cuda", 5));
    assertEquals(Optional.empty(), atHand.geometry());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "torch-cuda(gpu=A100)",
        "torch-cuda( gpu = a100 )",
        "torch-cuda(sms=108, threads=2048)",
        "torch-cuda(threads=2048,sms=108)"
      })
  void readsTheGeometry(String text) {
    TorchCudaGenerator generator = (TorchCudaGenerator) Generator.parse(text, 7);
    assertEquals(Optional.of(new GpuGeometry(108, 2048)), generator.geometry());
    assertEquals(7, generator.seed());
  }

  /** As torch.cuda.get_device_properties prints them. */
  @ParameterizedTest
  @CsvSource({
    "T4, 40, 1024",
    "V100, 80, 2048",
    "RTX 3090, 82, 1536",
    "rtx-4090, 128, 1536",
    "h100, 132, 2048"
  })
  void knowsTheGpu(String name, int sms, int threads) {
    assertEquals(new GpuGeometry(sms, threads), GpuGeometry.of(name));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mersenne | generator 'mersenne' is not known; there are philox, torch-cpu",
        "torch-cpu(gpu=A100) | generator 'torch-cpu(gpu=A100)' is not known",
        "torch-cuda(gpu=A101) | gpu 'A101' is not known; give its multiprocessors",
        "torch-cuda(sms=1.5, threads=2048) | sms = 1.5 is not a whole number",
        "torch-cuda(sms=0, threads=2048) | sms = 0 is not allowed; it must be 1 or more",
        "torch-cuda(sms=10, threads=255) | threads = 255 is not allowed",
        "torch-cuda(sms=10) | is not known",
        "torch-cuda(A100) | is not known",
        "philox(=3) | generator 'philox(=3)' is not known",
        "torch-cpu( = 2.10) | is not known",
        "torch-cuda(=A100) | is not known",
        "torch-cuda(gpu=A100 | is not known"
      })
  void saysWhatIsWrong(String text, String message) {
    String said =
        assertThrows(IllegalArgumentException.class, () -> Generator.parse(text, 0)).getMessage();
    assertTrue(said.contains(message), said);
  }

  @Test
  void aCudaGeneratorWithoutAGpuIsOfNoUseOnTheCpu() {
    try (Tensor tensor = Tensor.empty(Shape.of(2), DType.F32)) {
      String said =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> tensor.fill(Init.uniform(), Generator.torchCuda(0)))
              .getMessage();
      assertTrue(said.contains("torch-cuda(gpu=A100)"), said);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch-cpu", "torch-cuda(gpu=T4)"})
  void forksByNameAndCopiesItsState(String kind) {
    Generator generator = Generator.parse(kind, 3);
    assertEquals(Generator.philox(3).fork("w").seed(), generator.fork("w").seed());
    try (Tensor first = Tensor.empty(Shape.of(3), DType.F32);
        Tensor second = Tensor.empty(Shape.of(3), DType.F32)) {
      first.fill(Init.normal(), generator); // leaves a cached normal on the CPU
      Generator copy = generator.copy();
      first.fill(Init.normal(), generator);
      second.fill(Init.normal(), copy);
      for (int i = 0; i < 3; i++) {
        assertEquals(first.get(i), second.get(i));
      }
      assertEquals(generator.toString(), copy.toString());
    }
  }
}
