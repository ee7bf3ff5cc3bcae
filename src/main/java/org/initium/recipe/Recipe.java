package org.initium.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.initium.DType;
import org.initium.text.Text;

/**
 * A recipe in YAML. It lists tensors, or takes them from a template, and gives rules; the first
 * rule whose pattern fits a tensor's name initialises it.
 *
 * <pre>
 * vars: {layers: 12, width: 768}
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
 */
public final class Recipe {
  private static final List<String> FIELDS =
      List.of("vars", "dtype", "template", "tensors", "rules");
  private static final int MOST_NOTES = 20;

  /** A recipe is written by people; ranges of names stand for many tensors. */
  private static final int MOST_BYTES = 4 << 20;

  private Recipe() {}

  /** Reads a recipe and follows it with its own variables and dtypes. */
  public static Plan plan(Path file) throws IOException {
    return plan(file, Map.of(), Optional.empty());
  }

  /**
   * Reads a recipe and follows it.
   *
   * @param set variables that have another value than the recipe gives them
   * @param dtype of every tensor, whatever the recipe says, if present
   * @throws RecipeException if it cannot be followed
   */
  public static Plan plan(Path file, Map<String, Double> set, Optional<DType> dtype)
      throws IOException {
    Place top = new Place(file.toString(), 1, 1);
    String text;
    if (Files.isDirectory(file)) {
      throw new RecipeException(top, "a folder; give the recipe, a YAML file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new RecipeException(
            top, Text.message("more than %d MiB; is this a recipe?", MOST_BYTES >> 20));
      }
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new RecipeException(top, "not UTF-8 text", e);
    }
    YamlNode root =
        Yaml.parse(file.toString(), text)
            .orElseThrow(() -> new RecipeException(top, "the recipe is empty"));
    Fields fields = Fields.of(root, "a recipe", FIELDS);
    Variables variables = Variables.of(fields.get("vars"), set, root.place());
    DType defaultType = fields.get("dtype").map(TensorList::dtype).orElse(DType.F32);
    TensorList tensors = new TensorList(variables, defaultType, dtype);
    fields
        .get("template")
        .ifPresent(node -> tensors.addTemplate(node, file.toAbsolutePath().getParent()));
    fields.get("tensors").ifPresent(node -> tensors.addListed(node, ""));
    if (tensors.tensors().isEmpty()) {
      throw new RecipeException(
          root.place(), "the recipe has no tensors; give 'tensors' or 'template'");
    }
    List<Rule> rules = new ArrayList<>();
    for (YamlNode rule : Fields.items(fields.require("rules"), "'rules'")) {
      rules.add(Rule.of(rule, variables));
    }
    return follow(tensors.tensors(), rules, fields.require("rules").place());
  }

  private static Plan follow(List<TensorEntry> tensors, List<Rule> rules, Place place) {
    RuleIndex index = new RuleIndex(rules);
    List<PlannedTensor> planned = new ArrayList<>(tensors.size());
    List<String> left = new ArrayList<>();
    Set<Rule> unused = new LinkedHashSet<>(rules);
    for (TensorEntry tensor : tensors) {
      Optional<Rule> first = index.first(tensor.name());
      if (first.isPresent()) {
        unused.remove(first.get());
        planned.add(first.get().plan(tensor));
      } else {
        left.add(tensor.name());
      }
    }
    if (!left.isEmpty()) {
      throw new RecipeException(place, "no rule matches " + shortened(left));
    }
    return new Plan(planned, notes(List.copyOf(unused)));
  }

  private static List<String> notes(List<Rule> unused) {
    List<String> notes = new ArrayList<>();
    for (Rule rule : unused.subList(0, Math.min(unused.size(), MOST_NOTES))) {
      notes.add(
          Text.message(
              "%s: rule '%s' is not the first to match any tensor", rule.place(), rule.pattern()));
    }
    if (unused.size() > MOST_NOTES) {
      notes.add(Text.message("%d more rules match none first", unused.size() - MOST_NOTES));
    }
    return notes;
  }

  private static String shortened(List<String> names) {
    int shown = Math.min(names.size(), 8);
    String list =
        names.subList(0, shown).stream()
            .map(name -> Text.visible(Text.cut(name, 100)))
            .collect(Collectors.joining(", "));
    return shown == names.size()
        ? list
        : list + Text.message(" and %d more (%d in all)", names.size() - shown, names.size());
  }
}
