// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.initium.DType;
import org.initium.Shape;
import org.initium.adapters.RecipeFile;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.TorchCpuGenerator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors of JavaCPP's libtorch, filled in place. */
@SuppressWarnings("restricted")
class LibtorchFillTest {
  private static Libtorch libtorch;

  @BeforeAll
  static void load() {
    JavaCpp.load();
    libtorch = Libtorch.ofProcess();
  }

  private static ScalarType type(DType dtype) {
    for (ScalarType type : ScalarType.values()) {
      if (type.value == Libtorch.scalarType(dtype)) {
        return type;
      }
    }
    throw new AssertionError(dtype + " is none of libtorch's");
  }

  private static byte[] bytes(Tensor contiguous) {
    return MemorySegment.ofAddress(contiguous.data_ptr().address())
        .reinterpret(contiguous.nbytes())
        .toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] ours(DType dtype, Init init, long... sizes) {
    try (org.initium.Tensor tensor = org.initium.Tensor.empty(Shape.of(sizes), dtype)) {
      tensor.fill(init, generator());
      return tensor.segment().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static Generator generator() {
    return Generator.philox(42).fork("fc.weight");
  }

  /** The names and numbers of c10::ScalarType, as libtorch itself has them. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void inPlaceInEachType(DType dtype) {
    Tensor tensor = JavaCpp.zeros(type(dtype), 33, 65);
    Init init = dtype.isInteger() ? Init.ones() : Init.normal(0, 0.5);
    libtorch.fill(tensor.address(), init, generator());
    assertEquals(dtype.bytes(), tensor.element_size());
    assertArrayEquals(ours(dtype, init, 33, 65), bytes(tensor));
    // By torch's own arithmetic too, so that the type is the one meant.
    Tensor seen = tensor.to(ScalarType.Double);
    if (dtype.isInteger()) {
      assertEquals(33 * 65, seen.sum().item_double());
    } else {
      assertEquals(0.5, seen.std().item_double(), 0.05);
    }
  }

  @Test
  void aTransposedWeightGetsTheNumbersOfTheLogicalOne() {
    Tensor stored = JavaCpp.nines(ScalarType.Float, 65, 33);
    libtorch.fill(stored.t().address(), Init.xavierUniform(), generator());
    assertArrayEquals(
        ours(DType.F32, Init.xavierUniform(), 33, 65), bytes(stored.t().contiguous()));
  }

  /** The same names, shapes and initializers: the same bits in libtorch and in the file. */
  @Test
  void tensorsOfAModelEqualTheFileOfARecipe(@TempDir Path folder) throws IOException {
    String recipe =
        """
        tensors:
          fc.weight: {shape: [33, 65], dtype: f32}
          fc.bias: {shape: [33], dtype: f16}
          out.weight: {shape: [7, 33], dtype: bf16}
        rules:
          - {match: fc.weight, init: kaiming_uniform}
          - {match: fc.bias, init: "uniform(-0.1, 0.1)"}
          - {match: out.weight, init: "trunc_normal(std=0.02)"}
        """;
    Generator generator = Generator.philox(42);
    Tensor weight = JavaCpp.zeros(ScalarType.Float, 65, 33).t();
    Tensor bias = JavaCpp.zeros(ScalarType.Half, 33);
    Tensor out = JavaCpp.zeros(ScalarType.BFloat16, 7, 33);
    libtorch.fill(weight.address(), Init.kaimingUniform(), generator.fork("fc.weight"));
    libtorch.fill(bias.address(), Init.uniform(-0.1, 0.1), generator.fork("fc.bias"));
    libtorch.fill(
        out.address(), Init.parse("trunc_normal(std=0.02)"), generator.fork("out.weight"));
    try (RecipeFile file = RecipeFile.of(folder, recipe, generator)) {
      assertArrayEquals(file.bytes("fc.weight"), bytes(weight.contiguous()));
      assertArrayEquals(file.bytes("fc.bias"), bytes(bias));
      assertArrayEquals(file.bytes("out.weight"), bytes(out));
    }
  }

  @Test
  void aSliceLeavesItsNeighborsAlone() {
    Tensor whole = JavaCpp.nines(ScalarType.BFloat16, 20, 30);
    Tensor slice = whole.narrow(1, 7, 11);
    libtorch.fill(slice.address(), Init.uniform(-1, 1), generator());
    assertArrayEquals(ours(DType.BF16, Init.uniform(-1, 1), 20, 11), bytes(slice.contiguous()));
    assertEquals(9 * 20 * 7, whole.narrow(1, 0, 7).to(ScalarType.Double).sum().item_double());
    assertEquals(9 * 20 * 12, whole.narrow(1, 18, 12).to(ScalarType.Double).sum().item_double());
  }

  @Test
  void beyondTwoGibibytes() {
    long rows = (1L << 31) + 5; // of bf16: 4 GiB
    Tensor tensor = torch.empty(new long[] {rows}, JavaCpp.options(ScalarType.BFloat16), null);
    libtorch.fill(tensor.address(), Init.constant(1.5), generator());
    assertEquals(1.5, tensor.get(rows - 1).item_double());
    libtorch.fill(tensor.narrow(0, rows - 1, 1).address(), Init.zeros(), generator());
    assertEquals(0, tensor.get(rows - 1).item_double());
    assertEquals(1.5, tensor.get(rows - 2).item_double());
    tensor.close();
  }

  @Test
  void nothingIsDrawnForATensorWithoutElements() {
    libtorch.fill(JavaCpp.zeros(ScalarType.Float, 3, 0).address(), Init.normal(), generator());
  }

  /** What torch draws, we draw, torch draws: the numbers of torch alone. */
  @Test
  void generatorsGoOnWhereTheOtherIs() {
    torch.manual_seed(9);
    List<byte[]> expected = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      expected.add(bytes(torch.rand(1000)));
      expected.add(bytes(torch.randn(7, 9)));
      expected.add(bytes(torch.randn(new long[] {3}, JavaCpp.options(ScalarType.Double))));
    }
    torch.manual_seed(9);
    assertArrayEquals(expected.get(0), bytes(torch.rand(1000)));
    assertArrayEquals(expected.get(1), bytes(torch.randn(7, 9)));
    assertArrayEquals(
        expected.get(2), bytes(torch.randn(new long[] {3}, JavaCpp.options(ScalarType.Double))));
    TorchCpuGenerator generator = libtorch.generator();
    assertArrayEquals(expected.get(3), drawn(generator, Init.uniform(), ScalarType.Float, 1000));
    assertArrayEquals(expected.get(4), drawn(generator, Init.normal(), ScalarType.Float, 7, 9));
    assertArrayEquals(expected.get(5), drawn(generator, Init.normal(), ScalarType.Double, 3));
    libtorch.setGenerator(generator);
    assertArrayEquals(expected.get(6), bytes(torch.rand(1000)));
    assertArrayEquals(expected.get(7), bytes(torch.randn(7, 9)));
    assertArrayEquals(
        expected.get(8), bytes(torch.randn(new long[] {3}, JavaCpp.options(ScalarType.Double))));
  }

  private static byte[] drawn(
      TorchCpuGenerator generator, Init init, ScalarType type, long... sizes) {
    Tensor tensor = JavaCpp.zeros(type, sizes);
    libtorch.fill(tensor.address(), init, generator);
    return bytes(tensor);
  }

  private static void assertRefused(long handle, String... words) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> libtorch.fill(handle, Init.zeros(), generator()))
            .getMessage();
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
  }

  @Test
  void whatCannotBeFilledIsRefused() {
    assertRefused(0, "handle 0");
    assertRefused(JavaCpp.zeros(ScalarType.ComplexFloat, 3).address(), "scalar type 9", "f32");
    assertRefused(JavaCpp.zeros(ScalarType.Float, 3, 4).to_sparse().address(), "sparse");
    assertRefused(
        JavaCpp.zeros(ScalarType.Float, 1, 4).expand(new long[] {3, 4}).address(), "share memory");
    assertRefused(
        torch
            .empty(
                new long[] {3},
                JavaCpp.options(ScalarType.Float)
                    .device(
                        new org.bytedeco.pytorch.DeviceOptional(
                            new org.bytedeco.pytorch.Device("meta"))),
                null)
            .address(),
        "device type");
  }
}
