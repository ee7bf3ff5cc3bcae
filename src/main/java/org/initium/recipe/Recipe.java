// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.initium.DType;
import org.initium.io.Checkpoint;
import org.initium.io.MalformedFileException;
import org.initium.io.ModelConfig;
import org.initium.io.StoredType;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.yaml.Variables;
import org.initium.recipe.yaml.Yaml;
import org.initium.recipe.yaml.YamlFields;
import org.initium.recipe.yaml.YamlNode;
import org.initium.text.Text;

/**
 * A recipe in YAML. It lists tensors, or takes them from a template, and gives rules; the first
 * rule whose pattern fits a tensor's name initializes it.
 *
 * <pre>
 * vars: {layers: 12, width: 768}
 * require: width % 64 == 0                   # of variables, which may be a config.json's
 * dtype: f32                                 # of tensors that have none; f32 if left out
 * template: model.safetensors                # names, shapes, dtypes from headers, and/or:
 * tensors:
 *   wte.weight: [50257, width]
 *   "h.{0..layers-1}.":                      # a name that ends in a dot is a group
 *     attn.c_attn.weight: {shape: [width, 3*width], dtype: bf16}
 * rules:
 *   - {match: "*.bias", init: zeros}
 *   - {match: "*", init: normal(std=0.02/sqrt(2*layers))}
 * </pre>
 *
 * @since 0.1.0
 */
public final class Recipe {
  private static final List<String> FIELDS =
      List.of("vars", "require", "dtype", "template", "tensors", "rules", "shards", "keep");

  /** A recipe is written by people; ranges of names stand for many tensors. */
  private static final int MOST_BYTES = 4 << 20;

  private Recipe() {}

  /**
   * Reads a recipe and follows it with its own variables and dtypes.
   *
   * @param file a recipe in YAML
   * @return the model's tensors and what each draws
   * @throws RecipeException if it cannot be followed
   * @throws java.io.IOException if it or a file that it names cannot be read
   */
  public static Plan plan(Path file) throws IOException {
    return plan(file, Reading.OWN);
  }

  /**
   * How a recipe is followed.
   *
   * @param set variables that have another value than the recipe gives them: numbers, words
   * @param dtype of every tensor, whatever the recipe says, if present
   * @param config what takes the place of the recipe's own {@code vars: {from: ...}}, if present
   * @param from a file of which is kept what the recipe says, if present; open as long as the plan
   */
  public record Reading(
      Map<String, ?> set,
      Optional<DType> dtype,
      Optional<ModelConfig> config,
      Optional<Checkpoint> from) {
    /** With the recipe's own variables and dtypes. */
    public static final Reading OWN =
        new Reading(Map.of(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Reads a recipe and follows it.
   *
   * @param file a recipe in YAML
   * @param reading what the command line or caller sets
   * @return the model's tensors and what each draws
   * @throws java.io.IOException if it or a file that it names cannot be read
   * @throws RecipeException if it cannot be followed
   */
  public static Plan plan(Path file, Reading reading) throws IOException {
    if (Files.isDirectory(file)) {
      throw new SourcePosition(file.toString(), 1, 1)
          .wrong("a folder; give the recipe, a YAML file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      String text = text(in, file.toString());
      return follow(root(text, file.toString()), file.toAbsolutePath().getParent(), reading);
    }
  }

  /**
   * Reads a recipe from a stream, such as standard input, and follows it; files that it names are
   * found from the folder that the program runs in.
   *
   * @param in a recipe in YAML, in UTF-8; read to its end, and left open
   * @param source what errors call it
   * @param reading what the command line or caller sets
   * @return the model's tensors and what each draws
   * @throws java.io.IOException if it or a file that it names cannot be read
   * @throws RecipeException if it cannot be followed
   */
  public static Plan plan(InputStream in, String source, Reading reading) throws IOException {
    return parse(text(in, source), source, reading);
  }

  private static String text(InputStream in, String source) throws IOException {
    SourcePosition top = new SourcePosition(source, 1, 1);
    try {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw top.wrong("more than %d MiB; is this a recipe?", MOST_BYTES >> 20);
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new RecipeException(top, "not UTF-8 text", e);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) { // which says not of which file
      throw new IOException(Text.reason(source, e), e);
    }
  }

  /**
   * Follows the text of a recipe with its own variables and dtypes.
   *
   * @param text a recipe in YAML
   * @param source what errors call it
   * @return the model's tensors and what each draws
   * @throws RecipeException if it cannot be followed
   * @throws java.io.IOException if a file that it names cannot be read
   */
  public static Plan parse(String text, String source) throws IOException {
    return parse(text, source, Reading.OWN);
  }

  /**
   * Follows the text of a recipe, wherever that is from; files that it names are found from the
   * folder that the program runs in.
   *
   * @param source what errors call it
   * @param text a recipe in YAML
   * @param reading what the command line or caller sets
   * @return the model's tensors and what each draws
   * @throws java.io.IOException if a file that it names cannot be read
   * @throws RecipeException if it cannot be followed
   */
  public static Plan parse(String text, String source, Reading reading) throws IOException {
    return follow(root(text, source), Path.of("").toAbsolutePath(), reading);
  }

  private static YamlNode root(String text, String source) {
    return Yaml.parse(source, text)
        .orElseThrow(() -> new SourcePosition(source, 1, 1).wrong("the recipe is empty"));
  }

  private static Plan follow(YamlNode root, Path folder, Reading reading) throws IOException {
    YamlFields fields = YamlFields.of(root, "a recipe", FIELDS);
    Optional<YamlNode> vars = fields.get("vars");
    List<Path> inputs = new ArrayList<>();
    ModelConfig config =
        reading.config().isPresent() ? reading.config().get() : config(vars, folder, inputs);
    Variables variables = Variables.of(vars, config.values(), reading.set(), root.place());
    fields.get("require").ifPresent(variables::require);
    DType dtype =
        fields.get("dtype").map(node -> TensorList.dtype(node, variables)).orElse(DType.F32);
    TensorList tensors = new TensorList(variables, StoredType.of(dtype), reading.dtype());
    fields.get("template").ifPresent(node -> inputs.addAll(tensors.addTemplate(node, folder)));
    fields.get("tensors").ifPresent(node -> tensors.addListed(node));
    if (tensors.tensors().isEmpty()) {
      throw root.wrong("the recipe has no tensors; give 'tensors' or 'template'");
    }
    YamlNode rules = fields.require("rules");
    return new Planner(
            variables,
            each(YamlFields.items(rules, "'rules'"), rule -> Rule.of(rule, variables)),
            rules.place(),
            each(fields.items("shards"), ShardRule::of),
            keeper(fields.get("keep"), rules.place(), variables, reading))
        .plan(tensors, inputs);
  }

  private static <T> List<T> each(List<YamlNode> nodes, Function<YamlNode, T> read) {
    return nodes.stream().map(read).toList();
  }

  private static KeepPlanner keeper(
      Optional<YamlNode> keep, SourcePosition rules, Variables variables, Reading reading) {
    SourcePosition place = keep.map(YamlNode::place).orElse(rules);
    List<KeepRule> read =
        keep.map(
                node ->
                    each(YamlFields.items(node, "'keep'"), rule -> KeepRule.of(rule, variables)))
            .orElse(List.of(KeepRule.all(place)));
    return new KeepPlanner(reading.from(), read, variables, new MatchingWork(place));
  }

  /** {@code vars: {from: config.json}}. */
  private static ModelConfig config(Optional<YamlNode> vars, Path folder, List<Path> inputs)
      throws IOException {
    if (vars.isEmpty()) {
      return ModelConfig.NONE;
    }
    for (YamlNode.Entry entry : YamlFields.entries(vars.get(), "'vars'")) {
      if (entry.key().text().equals("from")) {
        YamlNode.Scalar file = YamlFields.text(entry.value(), "'from'");
        Path path = TensorList.path(folder, file, "'from'");
        inputs.add(path);
        try {
          return ModelConfig.read(path);
        } catch (MalformedFileException e) {
          throw new RecipeException(file.place(), e.getMessage(), e);
        } catch (IOException e) {
          throw new RecipeException(file.place(), Text.reason(path, e), e);
        }
      }
    }
    return ModelConfig.NONE;
  }
}
