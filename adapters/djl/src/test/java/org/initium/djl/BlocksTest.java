// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.util.Pair;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.initium.DType;
import org.initium.Tensor;
import org.initium.adapters.RecipeFile;
import org.initium.initializer.Init;
import org.initium.libtorch.Libtorch;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DJL's arrays and blocks, with its PyTorch engine and one that knows buffers alone. */
class BlocksTest {
  private static final Rules RULES =
      Rules.of("*{bias,beta,Mean}", "zeros")
          .then("*{gamma,Var}", "ones")
          .then("*Conv2d_weight", "kaiming_normal(nonlinearity=relu)")
          .then("*Linear_weight", "trunc_normal(std=0.02)");

  private static final String RECIPE =
      """
      rules:
        - {match: "*{bias,beta,Mean}", init: zeros}
        - {match: "*{gamma,Var}", init: ones}
        - {match: "*Conv2d_weight", init: "kaiming_normal(nonlinearity=relu)"}
        - {match: "*Linear_weight", init: "trunc_normal(std=0.02)"}
      tensors:
      """;

  private static Block convolutional() {
    return new SequentialBlock()
        .add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(8).build())
        .add(BatchNorm.builder().build())
        .add(Activation::relu)
        .add(ai.djl.nn.Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(33).build());
  }

  private static byte[] bytes(NDArray array) {
    ByteBuffer buffer = array.toByteBuffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static String recipe(Block block, String dtype) {
    StringBuilder recipe = new StringBuilder("dtype: " + dtype + "\n" + RECIPE);
    for (Pair<String, Parameter> named : block.getParameters()) {
      long[] sizes = named.getValue().getShape().getShape();
      recipe.append("  \"%s\": %s\n".formatted(named.getKey(), java.util.Arrays.toString(sizes)));
    }
    return recipe.toString();
  }

  /** The same names, shapes and rules: the same bits in DJL's model and in the recipe's file. */
  private static void assertEqualsTheFile(NDManager manager, DataType type, Path folder)
      throws IOException {
    Block block = convolutional();
    Generator generator = Generator.philox(42);
    Blocks.initialize(block, RULES, generator, manager, type, new Shape(2, 3, 12, 12));
    DType dtype = DType.valueOf(type.asSafetensors());
    try (RecipeFile file = RecipeFile.of(folder, recipe(block, dtype.toString()), generator)) {
      assertEquals(8, file.names().size());
      for (String name : file.names()) {
        NDArray array = block.getParameters().get(name).getArray();
        assertArrayEquals(file.bytes(name), bytes(array), name);
      }
    }
  }

  @Test
  void thePyTorchEngineHasTheBitsOfARecipesFile(@TempDir Path folder) throws IOException {
    try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch")) {
      for (String name : List.of("FLOAT16", "FLOAT32", "FLOAT64")) {
        DataType type = DataType.valueOf(name);
        assertEqualsTheFile(manager, type, Files.createDirectory(folder.resolve(type.name())));
      }
    }
  }

  /** As PyTorch's named_parameters: a weight that two places share has the first's name. */
  @Test
  void aSharedParameterGoesByItsFirstName(@TempDir Path folder) throws IOException {
    Block shared = Linear.builder().setUnits(8).optBias(false).build();
    Block block = new SequentialBlock().add(shared).add(shared);
    Generator generator = Generator.philox(42);
    String recipe =
        "{tensors: {01Linear_weight: [8, 8]}, rules: [{match: '*', init: xavier_normal}]}";
    try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch");
        RecipeFile file = RecipeFile.of(folder, recipe, generator)) {
      Rules rules = Rules.of("01*", "xavier_normal");
      Blocks.initialize(block, rules, generator, manager, DataType.FLOAT32, new Shape(1, 8));
      NDArray array = block.getParameters().get(1).getValue().getArray();
      assertArrayEquals(file.bytes("01Linear_weight"), bytes(array));
    }
  }

  @Test
  void otherEnginesGetThemByBuffers() {
    NDArray array =
        new InitiumInitializer(Init.normal(), Generator.philox(1))
            .initialize(PassthroughNDManager.INSTANCE, new Shape(33, 5), DataType.FLOAT32);
    try (Tensor ours = Tensor.empty(org.initium.Shape.of(33, 5), DType.F32)) {
      ours.fill(Init.normal(), Generator.philox(1));
      assertArrayEquals(ours.segment().toArray(ValueLayout.JAVA_BYTE), bytes(array));
    }
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new InitiumInitializer(Init.normal(), Generator.philox(1))
                        .initialize(
                            PassthroughNDManager.INSTANCE,
                            new Shape(1L << 15, 1L << 14),
                            DataType.FLOAT32))
            .getMessage();
    assertTrue(message.contains("2^31 - 1 bytes"), message);
  }

  /** What {@code toByteBuffer} would lose: a view is filled in the array that it is one of. */
  @Test
  void aViewIsFilledInPlace() {
    try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch")) {
      NDArray whole = manager.zeros(new Shape(4, 6));
      NDArray view = whole.get(":, 1:3");
      Libtorch.ofProcess()
          .fill(
              ((ai.djl.pytorch.engine.PtNDArray) view).getHandle(),
              Init.constant(2),
              Generator.philox(1));
      assertEquals(16, whole.sum().getFloat());
      assertEquals(16, whole.get(":, 1:3").sum().getFloat());
    }
  }

  @Test
  void eachArrayOfAnInitializerTakesTheNextNumbers() {
    try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch")) {
      InitiumInitializer initializer =
          new InitiumInitializer(Init.uniform(), Generator.torchCpu(7));
      // torch.manual_seed(7); torch.rand(2); torch.rand(2), of PyTorch 2.13
      assertArrayEquals(
          new float[] {0.534922540f, 0.198803186f},
          initializer.initialize(manager, new Shape(2), DataType.FLOAT32).toFloatArray());
      assertArrayEquals(
          new float[] {0.659211695f, 0.656890273f},
          initializer.initialize(manager, new Shape(2), DataType.FLOAT32).toFloatArray());
    }
  }

  private static void assertRefused(Rules rules, DataType type, String... words) {
    try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch")) {
      Block block = convolutional();
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      Blocks.initialize(
                          block,
                          rules,
                          Generator.philox(1),
                          manager,
                          type,
                          new Shape(2, 3, 12, 12)))
              .getMessage();
      for (String word : words) {
        assertTrue(message.contains(word), message);
      }
    }
  }

  @Test
  void whatCannotBeIsSaidByName() {
    assertRefused(
        Rules.of("*weight", Init.zeros()), DataType.FLOAT32, "01Conv2d_bias", "05Linear_bias");
    assertRefused(
        Rules.of("*Linear_weight", "dirac").then("*", "zeros"),
        DataType.FLOAT32,
        "05Linear_weight: ");
    assertRefused(RULES, DataType.BFLOAT16, "BFLOAT16");
    assertRefused(RULES, DataType.INT32, "INT32");
  }
}
