// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.io.ModelConfig;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variables: numbers, words and lists, of the recipe or a config.json. */
class RecipeVariablesTest {
  @TempDir private Path folder;

  private Plan plan(String recipe) throws IOException {
    return Recipe.plan(Files.writeString(folder.resolve("r.yaml"), recipe));
  }

  private Plan plan(String recipe, String config) throws IOException {
    Files.writeString(folder.resolve("c.json"), config);
    return plan(recipe);
  }

  private static double std(PlannedTensor tensor) {
    return ((Fill.Normal) tensor.parts().getFirst().init().fill(tensor.shape())).std();
  }

  /** What a pattern captures is a word, and counts as a number wherever one is asked for. */
  @Test
  void aListHasTheNumberThatAPatternCaptures() throws IOException {
    Plan plan =
        plan(
            """
            vars: {from: c.json}
            tensors: {"h.{0..3}.w": [2]}
            rules: [{match: "h.{n}.w", init: "normal(std=2 if contains(special, n) else 1)"}]
            """,
            "{\"special\": [1, 3]}");
    assertEquals(
        List.of(1.0, 2.0, 1.0, 2.0),
        plan.tensors().stream().map(RecipeVariablesTest::std).toList());
  }

  @Test
  void aSlopeMayBeCaptured() throws IOException {
    Plan plan =
        plan(
            """
            tensors: {"h.{0..2}.w": [2]}
            rules: [{match: "h.{n}.w", init: "normal(std=calculate_gain(leaky_relu, n))"}]
            """);
    assertEquals(
        List.of(Math.sqrt(2), 1.0, Math.sqrt(2.0 / 5)), // torch's sqrt(2 / (1 + n^2))
        plan.tensors().stream().map(RecipeVariablesTest::std).toList());
  }

  @Test
  void aConfigGivesVariables() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"hidden_size": 8, "num_hidden_layers": 2, "initializer_range": 0.02, "torch_dtype": "bfloat16",
         "tie_word_embeddings": true, "head_dim": null, "rope": {"theta": 1e4}, "ids": [1]}
        """);
    String recipe =
        """
        vars: {from: config.json, num_attention_heads: 2, head_dim: hidden_size/num_attention_heads}
        dtype: torch_dtype
        tensors:
          "h.{0..num_hidden_layers-1}.w": [hidden_size, head_dim]
          lm_head: {shape: [rope_theta, hidden_size], when: 1 - tie_word_embeddings}
        rules: [{match: "*", init: "normal(std=initializer_range)"}]
        """;
    Plan plan = plan(recipe);
    assertEquals(2, plan.tensors().size());
    assertEquals(Shape.of(8, 4), plan.tensors().getFirst().shape());
    assertEquals(DType.BF16, plan.tensors().getFirst().dtype());
    assertEquals(0.02, std(plan.tensors().getFirst()));
    ModelConfig other =
        new ModelConfig(
            Map.of(
                "hidden_size",
                4.0,
                "num_hidden_layers",
                1.0,
                "initializer_range",
                0.5,
                "tie_word_embeddings",
                0.0,
                "rope_theta",
                3.0,
                "torch_dtype",
                "float16"));
    Plan untied =
        Recipe.plan(
            folder.resolve("r.yaml"),
            new Recipe.Reading(
                Map.of("num_attention_heads", 4.0),
                Optional.empty(),
                Optional.of(other),
                Optional.empty()));
    assertEquals(
        List.of("h.0.w [4, 1] f16", "lm_head [3, 4] f16"),
        untied.tensors().stream().map(t -> t.name() + " " + t.shape() + " " + t.dtype()).toList());
  }

  private static ModelConfig config(Object... namesAndValues) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return new ModelConfig(values);
  }

  private Plan plan(String recipe, Map<String, ?> set, ModelConfig config) throws IOException {
    return Recipe.parse(
        recipe,
        "r",
        new Recipe.Reading(set, Optional.empty(), Optional.of(config), Optional.empty()));
  }

  private static String shown(Plan plan) {
    return String.join("; ", plan.tensors().stream().map(t -> t.name() + " " + t.shape()).toList());
  }

  /** One value for each layer of any model; what is longer is a vocabulary. */
  @Test
  void aConfigsListsAreOfAThousandAtMost() throws IOException {
    String thousand = "1, ".repeat(999) + "1";
    Path config =
        Files.writeString(
            folder.resolve("config.json"),
            "{\"a\": ["
                + thousand
                + "], \"b\": ["
                + thousand
                + ", 1], \"c\": [[1]], \"d\": [\"x\"]}");
    assertEquals(Set.of("a", "d"), ModelConfig.read(config).values().keySet());
  }

  /** ConvNeXt's stages, of lists as its config.json has them. */
  @Test
  void rangesHaveNamesAndListsElements() throws IOException {
    String recipe =
        """
        vars: {depths: [1, 2], widths: [96, 192], in: 3}
        tensors:
          "stages.{s=0..len(depths)-1}.":
            "down.": {when: s > 0, weight: ["widths[s]", "widths[max(s - 1, 0)]"]}
            "layers.{b=0..depths[s]-1}.w": ["widths[s]", "4*widths[s] + b"]
          "head.{k=0..1}": {shape: [k + 1], when: k == 1}
          "tied.{k=1..1}": {like: "head.{k}"}
        rules: [{match: "*", init: ones}]
        """;
    assertEquals(
        "stages.0.layers.0.w [96, 384]; stages.1.down.weight [192, 96]; "
            + "stages.1.layers.0.w [192, 768]; stages.1.layers.1.w [192, 769]; head.1 [2];"
            + " tied.1 [2]",
        shown(plan(recipe)));
    ModelConfig other = config("depths", List.of(2.0), "widths", List.of(8.0), "k", 7.0, "s", "x");
    assertEquals(
        "stages.0.layers.0.w [8, 32]; stages.0.layers.1.w [8, 33]; head.1 [2]; tied.1 [2]",
        shown(plan(recipe, Map.of(), other)));
  }

  @Test
  void wordsAreVariables() throws IOException {
    String recipe =
        """
        vars: {act: relu, proj: relu, gated: "matches(proj, 'gated-*')"}
        tensors: {w: [8, 4], v: {shape: [4], when: gated}}
        rules: [{match: "*", init: "kaiming_normal(nonlinearity=act)"}]
        """;
    assertEquals(Math.sqrt(2) / 2, std(plan(recipe).tensors().getFirst()), 1e-15);
    Plan linear = plan(recipe, Map.of("act", "linear"), ModelConfig.NONE);
    assertEquals(0.5, std(linear.tensors().getFirst()), 1e-15);
    Plan gated =
        plan(
            recipe.replace("v: {shape: [4]", "v: {shape: [4, 4]"),
            Map.of(),
            config("proj", "gated-gelu", "act", "tanh"));
    assertEquals("w [8, 4]; v [4, 4]", shown(gated));
    assertEquals(5.0 / 6, std(gated.tensors().getFirst()), 1e-15);
    String composed = recipe.replace("nonlinearity=act", "nonlinearity='{act}_m2'");
    Plan swish = plan(composed, Map.of(), config("act", "swish"));
    Plan silu = plan(composed, Map.of(), config("act", "silu"));
    assertEquals(1.6765324703310911586 / 2, std(silu.tensors().getFirst()), 1e-15);
    assertEquals(std(silu.tensors().getFirst()), std(swish.tensors().getFirst()));
  }

  /** What a config happens to have is in the way of no capture; a recipe's own variable is. */
  @Test
  void capturesWinOverAConfig() throws IOException {
    String recipe =
        """
        tensors: {"h.{0..1}.w": [1], "h.{0..1}.v": [1]}
        rules:
          - {match: "h.{n}.w", init: constant(n)}
          - {match: "{n}.0.v", init: constant(2), stream: "{n}"}
          - {match: "*", init: ones}
        """;
    Plan plan = plan(recipe, Map.of(), config("n", 5.0));
    assertEquals(Init.constant(1), plan.tensors().get(1).parts().getFirst().init());
    assertEquals("h", plan.tensors().get(2).draw().stream().orElseThrow());
    Plan words = plan(recipe, Map.of(), config("n", "five"));
    assertEquals(Init.constant(1), words.tensors().get(1).parts().getFirst().init());
  }

  /** A rule for what a condition leaves out is no mistake. */
  @Test
  void rulesForWhatIsLeftOutAreNotNoted() throws IOException {
    String recipe =
        """
        tensors:
          w: [1]
          b: {shape: [1], when: 0}
          "group.": {when: not 1, g: [1], "{0..1}.": {h: [1]}}
        rules:
          - {match: b, init: zeros}
          - {match: group.g, init: zeros}
          - {match: "*.h", init: zeros}
          - {match: "*", init: ones}
        """;
    Plan plan = plan(recipe);
    assertEquals("w [1]", shown(plan));
    assertEquals(List.of(), plan.notes());
  }
}
