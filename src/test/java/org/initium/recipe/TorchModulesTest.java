// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.TensorContent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Modules come out as torch.manual_seed and their constructors make them in PyTorch 2.13.0, all
 * bits of their state_dict but the last ones of norms: by the recipes that
 * tools/recipe_from_torch.py prints, and by those of examples/torch.
 * src/test/python/torch_modules.py wrote the digests.
 */
@Tag("slow")
class TorchModulesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/torch-modules");

  static Stream<String> printed() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .map(name -> name.replace(".yaml", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("printed")
  void printedRecipesAreTheModules(String name) throws Exception {
    assertModule(GOLDEN.resolve(name + ".yaml"), name);
  }

  @ParameterizedTest
  @CsvSource({
    "linear, linear",
    "conv2d, conv",
    "embedding, embedding",
    "lstm, lstm",
    "gru, gru",
    "multihead-attention, attention",
    "transformer-encoder-layer, encoder-layer",
  })
  void theDefaultsOfTorchAreTheModules(String recipe, String module) throws Exception {
    assertModule(Path.of("examples/torch", recipe + ".yaml"), module);
  }

  private static void assertModule(Path recipe, String module) throws Exception {
    Plan plan = Recipe.plan(recipe);
    Map<Long, Map<String, String>> expected = new TreeMap<>();
    for (String line : Files.readAllLines(GOLDEN.resolve(module + ".txt"))) {
      String[] fields = line.split(" ");
      expected
          .computeIfAbsent(Long.valueOf(fields[0]), seed -> new TreeMap<>())
          .put(fields[1], fields[2]);
    }
    assertEquals(2, expected.size());
    for (long seed : expected.keySet()) {
      Map<String, byte[]> made = made(plan, seed);
      assertEquals(expected.get(seed).keySet(), made.keySet());
      for (PlannedTensor tensor : plan.written()) {
        String golden = expected.get(seed).get(tensor.name());
        byte[] bytes = made.get(tensor.name());
        if (golden.startsWith("~")) {
          assertNorms(golden.substring(1).split(","), bytes, tensor);
        } else {
          byte[] sum = MessageDigest.getInstance("SHA-256").digest(bytes);
          assertEquals(golden, HexFormat.of().formatHex(sum), tensor.name());
        }
      }
    }
  }

  /**
   * PyTorch adds squares in f32, in an order of its own: the error of a sum of n of them is below n
   * u of it (Higham 2002, section 4.2), that of the root half as much, and it is rounded.
   */
  private static void assertNorms(String[] golden, byte[] bytes, PlannedTensor tensor) {
    PlannedTensor of = ((TensorContent.Norm) tensor.content()).of();
    double terms = (double) of.shape().numel() / tensor.shape().numel();
    FloatBuffer made = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    assertEquals(golden.length, made.remaining());
    for (String hex : golden) {
      double value = Double.parseDouble(hex);
      assertEquals(value, made.get(), (terms / 2 + 1) * 0x1p-24 * value, tensor.name());
    }
  }

  private static Map<String, byte[]> made(Plan plan, long seed) throws Exception {
    Map<String, ByteArrayOutputStream> made = new TreeMap<>();
    new PlanFiller(Generator.torchCpu(seed), Device.CPU)
        .fill(
            plan,
            (tensor, offset, bytes) ->
                made.computeIfAbsent(tensor.name(), name -> new ByteArrayOutputStream())
                    .writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE)));
    Map<String, byte[]> bytes = new TreeMap<>();
    made.forEach((name, stream) -> bytes.put(name, stream.toByteArray()));
    return bytes;
  }
}
