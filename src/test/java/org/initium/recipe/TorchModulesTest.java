// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.Plan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Modules come out as torch.manual_seed and their constructors make them in PyTorch 2.13.0, all
 * bits of their state_dict: by the recipes that tools/recipe_from_torch.py prints, and by those of
 * examples/torch. src/test/python/torch_modules.py wrote the digests.
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
      assertEquals(expected.get(seed), digests(plan, seed));
    }
  }

  private static Map<String, String> digests(Plan plan, long seed) throws Exception {
    Map<String, MessageDigest> made = new TreeMap<>();
    new PlanFiller(Generator.torchCpu(seed), Device.CPU)
        .fill(
            plan,
            (tensor, offset, bytes) ->
                made.computeIfAbsent(tensor.name(), name -> sha256())
                    .update(bytes.toArray(ValueLayout.JAVA_BYTE)));
    Map<String, String> digests = new TreeMap<>();
    made.forEach((name, sum) -> digests.put(name, HexFormat.of().formatHex(sum.digest())));
    return digests;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
