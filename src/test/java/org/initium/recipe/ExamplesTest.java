// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The shipped recipes list the very names and shapes of the public checkpoints, as the libraries
 * that publish them build the models (resources/checkpoints, with the script that wrote them), and
 * as many parameters as the model cards say.
 */
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("examples");

  @ParameterizedTest
  @CsvSource({
    "gpt2-124m, 124439808",
    "llama-3-8b, 8030261248",
    "bert-base, 110106428",
    "vit-b16, 86567656",
    // torchvision's published 25557032 and the running means and variances of the batch norms
    "resnet50, 25610152",
    "lstm, 38312446",
  })
  void haveTheNamesAndShapesOfTheCheckpoint(String name, long parameters) throws IOException {
    Plan plan = Recipe.plan(EXAMPLES.resolve(name + ".yaml"));
    Map<String, String> planned = new TreeMap<>();
    plan.tensors().forEach(tensor -> planned.put(tensor.name(), tensor.shape().toString()));
    assertEquals(published(name), planned);
    assertEquals(parameters, plan.parameters());
    assertEquals(List.of(), plan.notes());
  }

  private static Map<String, String> published(String name) throws IOException {
    try (InputStream text =
        ExamplesTest.class.getResourceAsStream("/checkpoints/" + name + ".txt")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .collect(
              Collectors.toMap(
                  line -> line.substring(0, line.indexOf(' ')),
                  line -> line.substring(line.indexOf(' ') + 1),
                  (a, b) -> a,
                  TreeMap::new));
    }
  }

  @Test
  void allAreTested() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      TreeSet<String> names =
          files
              .filter(Files::isRegularFile) // TorchModulesTest has those of the folder torch
              .map(file -> file.getFileName().toString().replace(".yaml", ""))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(
          new TreeSet<>(
              List.of("gpt2-124m", "llama-3-8b", "bert-base", "vit-b16", "resnet50", "lstm")),
          names);
    }
  }

  @Test
  void schemesAreAsTheirSourcesSay() throws IOException {
    assertEquals("normal(std=0.02)", init("gpt2-124m", "wte.weight"));
    assertEquals(
        0.02 / Math.sqrt(24),
        Double.parseDouble(
            init("gpt2-124m", "h.11.mlp.c_proj.weight").replaceAll("[^0-9.eE-]+", "")),
        1e-18);
    assertEquals("ones", init("gpt2-124m", "ln_f.weight"));
    assertEquals("ones", init("gpt2-124m", "h.0.ln_2.weight"));
    assertEquals("zeros", init("gpt2-124m", "h.0.ln_2.bias"));
    assertEquals("ones", init("llama-3-8b", "model.norm.weight"));
    assertEquals("ones", init("llama-3-8b", "model.layers.31.input_layernorm.weight"));
    assertEquals("ones", init("bert-base", "bert.encoder.layer.3.output.LayerNorm.gamma"));
    assertEquals("zeros", init("resnet50", "layer4.2.bn3.running_mean"));
    assertEquals("ones", init("resnet50", "layer1.0.downsample.1.weight"));
    assertTrue(init("resnet50", "layer1.0.downsample.0.weight").startsWith("kaiming_normal"));
    assertEquals("ones", init("vit-b16", "vit.layernorm.weight"));
    assertEquals("trunc_normal(std=0.02)", init("vit-b16", "vit.embeddings.cls_token"));
  }

  @Test
  void theForgetGateOfTheLstmIsOpen() throws IOException {
    PlannedTensor bias = tensor("lstm", "rnn.bias_ih_l1");
    assertEquals(3, bias.parts().size());
    assertEquals("ones", bias.parts().get(1).init().toString());
    assertEquals("[512] at [512]", bias.parts().get(1).region().toString());
    PlannedTensor recurrent = tensor("lstm", "rnn.weight_hh_l0");
    assertEquals(
        List.of(
            "[512, 512] at [0, 0]",
            "[512, 512] at [512, 0]",
            "[512, 512] at [1024, 0]",
            "[512, 512] at [1536, 0]"),
        recurrent.parts().stream().map(part -> part.region().toString()).toList());
  }

  @Test
  void llamaIsStoredInBfloat16() throws IOException {
    Plan plan = Recipe.plan(EXAMPLES.resolve("llama-3-8b.yaml"));
    assertTrue(plan.tensors().stream().allMatch(tensor -> tensor.dtype() == DType.BF16));
    assertEquals(16_060_522_496L, plan.bytes(), "total_size of the published index");
  }

  private static String init(String recipe, String name) throws IOException {
    return tensor(recipe, name).parts().getFirst().init().toString();
  }

  private static PlannedTensor tensor(String recipe, String name) throws IOException {
    return Recipe.plan(EXAMPLES.resolve(recipe + ".yaml")).tensors().stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
