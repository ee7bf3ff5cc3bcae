// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Fill;
import org.initium.io.ModelConfig;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RecipeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The recipes of examples/families with the config.json of public checkpoints of several sizes have
 * the names, shapes and numbers of parameters of those (resources/checkpoints/families.py wrote
 * them).
 */
@Tag("slow")
class FamiliesTest {
  private static final Path FAMILIES = Path.of("examples/families");
  private static final Path GOLDEN = Path.of("src/test/resources/families");

  private static Plan plan(String recipe, ModelConfig config) throws IOException {
    return Recipe.plan(
        FAMILIES.resolve(recipe + ".yaml"),
        new Recipe.Reading(Map.of(), Optional.empty(), Optional.of(config), Optional.empty()));
  }

  static Stream<String> checkpoints() throws IOException {
    return Files.readAllLines(GOLDEN.resolve("families.txt")).stream();
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void haveTheNamesAndShapesOfTheCheckpoint(String line) throws Exception {
    String[] fields = line.split(" ");
    Plan plan = plan(fields[1], ModelConfig.read(GOLDEN.resolve(fields[0] + ".json")));
    assertEquals(List.of(), plan.notes());
    assertEquals(Integer.parseInt(fields[2]), plan.tensors().size());
    assertEquals(Long.parseLong(fields[3]), plan.parameters());
    String names =
        plan.tensors().stream()
            .map(tensor -> tensor.name() + " " + tensor.shape())
            .sorted()
            .collect(Collectors.joining("\n"));
    byte[] sum =
        MessageDigest.getInstance("SHA-256").digest(names.getBytes(StandardCharsets.UTF_8));
    assertEquals(fields[4], HexFormat.of().formatHex(sum));
  }

  @Test
  void allAreTestedAndStandByThemselves() throws IOException {
    TreeSet<String> tested = new TreeSet<>();
    checkpoints().forEach(line -> tested.add(line.split(" ")[1]));
    try (Stream<Path> files = Files.list(FAMILIES)) {
      assertEquals(
          tested,
          files
              .map(file -> file.getFileName().toString().replace(".yaml", ""))
              .collect(Collectors.toCollection(TreeSet::new)));
    }
    for (String recipe : tested) {
      assertTrue(plan(recipe, ModelConfig.NONE).parameters() > 20_000_000);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama, torch_dtype, float16, F16",
    "llama, dtype, float32, F32",
    "llama, x, y, BF16",
    "gpt2, torch_dtype, bfloat16, BF16",
    "t5, x, y, F32",
    "gpt-neox, x, y, F16",
  })
  void theConfigSaysTheType(String recipe, String name, String word, DType dtype)
      throws IOException {
    Plan plan = plan(recipe, new ModelConfig(Map.of(name, word)));
    assertTrue(plan.tensors().stream().allMatch(tensor -> tensor.dtype() == dtype));
  }

  /** All but DiT, whose arguments are not a config of transformers. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "qwen2",
        "qwen3",
        "qwen2-moe",
        "qwen3-moe",
        "gpt2",
        "gpt-neox",
        "bert",
        "vit",
        "t5",
        "mamba2",
        "whisper"
      })
  void ofAnotherModelIsRefused(String recipe) {
    ModelConfig other = new ModelConfig(Map.of("model_type", "gemma3"));
    String message = assertThrows(RecipeException.class, () -> plan(recipe, other)).getMessage();
    assertTrue(message.contains("the recipe is for models with matches(model_type, "), message);
    assertTrue(message.endsWith("; here model_type = gemma3"), message);
  }

  /** Written out from the reference code that each recipe names. */
  @ParameterizedTest
  @CsvSource({
    "llama-2-7b, llama, model.layers.3.self_attn.o_proj.weight, 0.02",
    "qwen3-30b-a3b, qwen3-moe, model.layers.3.mlp.experts.7.down_proj.weight, 0.02",
    "gpt2-xl, gpt2, h.47.mlp.c_proj.weight, 0.0020412414523193152", // 0.02 / sqrt(96)
    "gpt2-xl, gpt2, wpe.weight, 0.02",
    "gpt-neox-20b, gpt-neox, gpt_neox.layers.0.attention.query_key_value.weight,"
        + " 0.008068715304598785",
    "gpt-neox-20b, gpt-neox, gpt_neox.layers.0.attention.dense.weight, 0.0005798981398634418",
    "t5-v1.1-base, t5, decoder.block.2.layer.1.EncDecAttention.q.weight, 0.004510548978043951",
    "t5-v1.1-base, t5, decoder.block.2.layer.1.EncDecAttention.k.weight, 0.036084391824351615",
    "t5-v1.1-base, t5, encoder.block.0.layer.1.DenseReluDense.wo.weight, 0.022097086912079608",
    "t5-v1.1-base, t5, lm_head.weight, 1",
    "deepseek-v3, deepseek-v3, model.layers.60.mlp.experts.255.down_proj.weight, 0.02",
    "gemma2-27b, gemma2, model.embed_tokens.weight, 0.02",
    "clip-vit-l14, clip, text_model.encoder.layers.3.self_attn.q_proj.weight, 0.00736569563735987",
    "clip-vit-l14, clip, vision_model.encoder.layers.3.self_attn.out_proj.weight, 0.03125",
    "clip-vit-l14, clip, vision_model.encoder.layers.3.mlp.fc1.weight, 0.02209708691207961",
    "clip-vit-l14, clip, vision_model.encoder.layers.3.mlp.fc2.weight, 0.004510548978043951",
    "clip-vit-l14, clip, visual_projection.weight, 0.03125",
    "phi3-mini, phi3, model.layers.3.self_attn.qkv_proj.weight, 0.02",
    "convnext-large, convnext, convnext.encoder.stages.2.layers.26.pwconv2.weight, 0.02",
    "wav2vec2-base, wav2vec2, wav2vec2.feature_extractor.conv_layers.0.conv.weight,"
        + " 0.4472135954999579",
    "wav2vec2-base, wav2vec2, wav2vec2.feature_extractor.conv_layers.3.conv.weight,"
        + " 0.03608439182435161",
    "wav2vec2-base, wav2vec2, wav2vec2.encoder.pos_conv_embed.conv.weight_v, 0.00637887953849786",
  })
  void schemesAreAsTheirSourcesSay(String checkpoint, String recipe, String name, double std)
      throws IOException {
    Plan plan = plan(recipe, ModelConfig.read(GOLDEN.resolve(checkpoint + ".json")));
    PlannedTensor tensor =
        plan.tensors().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    Fill fill = tensor.parts().getFirst().init().fill(tensor.shape());
    assertEquals(std, ((Fill.Normal) fill).std(), 4e-16 * std);
  }

  /** The same of other laws than normal ones. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "mamba-codestral-7b; mamba2; backbone.layers.7.mixer.A_log; log(init=arange(start=1))",
        "mamba-codestral-7b; mamba2; backbone.layers.7.mixer.dt_bias; dt_bias",
        "mamba-codestral-7b; mamba2; backbone.layers.7.mixer.D; ones",
        "mamba-codestral-7b; mamba2; backbone.layers.7.mixer.norm.weight; ones",
        "mamba-codestral-7b; mamba2; backbone.layers.7.mixer.in_proj.weight; normal(std=0.1)",
        "mamba-codestral-7b; mamba2; backbone.layers.7.mixer.out_proj.weight;"
            + " uniform(a=-0.011048543456039804, b=0.011048543456039804)", // 1 / sqrt(8192)
        "mamba-codestral-7b; mamba2; backbone.layers.7.mixer.conv1d.weight;"
            + " kaiming_uniform(a=2.23606797749979)",
        "whisper-large-v3; whisper; model.encoder.embed_positions.weight;"
            + " sinusoidal(order=halves, spread=closed)",
        "whisper-large-v3; whisper; model.decoder.embed_positions.weight; normal(std=0.02)",
        "dit-xl-2-512; dit; pos_embed; sinusoidal(order=halves, width=32)",
        "dit-xl-2-512; dit; x_embedder.proj.weight;"
            + " xavier_uniform(in_axis=[1, 2, 3], out_axis=0)",
        "dit-xl-2-512; dit; blocks.5.attn.qkv.weight; xavier_uniform",
        "dit-xl-2-512; dit; blocks.5.adaLN_modulation.1.weight; zeros",
        "jamba-small; jamba; model.layers.2.mamba.A_log; log(init=arange(start=1))",
        "jamba-small; jamba; model.layers.2.mamba.dt_proj.bias; zeros",
        "jamba-small; jamba; model.layers.5.self_attn.q_proj.weight; normal(std=0.02)",
        "clip-vit-b32; clip; logit_scale; constant(val=2.6592)",
        "gemma2-2b; gemma2; model.layers.5.pre_feedforward_layernorm.weight; zeros",
        "deepseek-v3; deepseek-v3; model.layers.3.mlp.gate.e_score_correction_bias; zeros",
        "deepseek-v3; deepseek-v3; model.layers.3.self_attn.q_a_layernorm.weight; ones",
        "convnext-tiny; convnext; convnext.encoder.stages.1.downsampling_layer.0.weight; ones",
        "convnext-tiny; convnext; convnext.encoder.stages.3.layers.2.layer_scale_parameter;"
            + " constant(val=0.000001)",
        "wav2vec2-large; wav2vec2; wav2vec2.feature_extractor.conv_layers.0.conv.bias;"
            + " uniform(a=-0.31622776601683794, b=0.31622776601683794)",
        "wav2vec2-large; wav2vec2; wav2vec2.feature_extractor.conv_layers.3.conv.bias;"
            + " uniform(a=-0.02551551815399144, b=0.02551551815399144)",
        "wav2vec2-large; wav2vec2; wav2vec2.masked_spec_embed; uniform",
        "dit-xl-2-512; dit; t_embedder.mlp.2.weight; normal(std=0.02)"
      })
  void otherLawsAreAsTheirSourcesSay(String checkpoint, String recipe, String name, String init)
      throws IOException {
    Plan plan = plan(recipe, ModelConfig.read(GOLDEN.resolve(checkpoint + ".json")));
    PlannedTensor tensor =
        plan.tensors().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    assertEquals(init, tensor.parts().getFirst().init().toString());
    tensor.parts().getFirst().init().fill(tensor.shape()).check(tensor.shape(), tensor.dtype());
  }
}
