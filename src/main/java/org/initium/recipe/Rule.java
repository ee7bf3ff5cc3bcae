// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.plan.StreamChoice;
import org.initium.recipe.yaml.Located;
import org.initium.recipe.yaml.Variables;
import org.initium.recipe.yaml.YamlFields;
import org.initium.recipe.yaml.YamlNode;

/**
 * Names, and what the tensors that have them are filled with: initializers, or another tensor's
 * values.
 */
final class Rule implements Located {
  private static final List<String> FIELDS =
      List.of("match", "init", "parts", "then", "like", "norm_of", "write", "stream", "seed");

  /** What a rule says its tensors are; one of them. */
  private static final List<String> KINDS = List.of("init", "parts", "like", "norm_of");

  private final SourcePosition place;
  private final List<Glob> globs;
  private final YamlFields fields;
  private final Variables variables;

  /** By what is captured of a name: a model has many layers of few kinds. */
  private final Map<Map<String, String>, Bound> bound = new HashMap<>();

  /** What the rule comes to once the captures are known. */
  record Bound(Optional<FillSteps> steps, Optional<TensorEntry.Link> link, StreamChoice draw) {}

  private Rule(SourcePosition place, List<Glob> globs, YamlFields fields, Variables variables) {
    this.place = place;
    this.globs = globs;
    this.fields = fields;
    this.variables = variables;
  }

  static Rule of(YamlNode node, Variables variables) {
    YamlFields fields = YamlFields.of(node, "a rule", FIELDS);
    YamlNode match = fields.require("match");
    List<Glob> globs = globs(match);
    checkCaptures(globs, variables, match.place());
    List<String> kinds = KINDS.stream().filter(kind -> fields.get(kind).isPresent()).toList();
    if (kinds.size() != 1) {
      throw node.wrong("a rule has one of 'init', 'parts', 'like' and 'norm_of'");
    }
    String kind = kinds.getFirst();
    List<String> others =
        switch (kind) {
          case "like" -> List.of("then", "stream", "seed");
          case "norm_of" -> List.of("then", "stream", "seed", "write");
          default -> List.of("write");
        };
    for (String other : others) {
      if (fields.get(other).isPresent()) {
        throw node.wrong("a rule with '%s' has no '%s'", kind, other);
      }
    }
    Rule rule = new Rule(node.place(), globs, fields, variables);
    if (globs.getFirst().captureNames().isEmpty()) {
      rule.bind(Map.of()); // a mistake is found whether or not a tensor has that name
    }
    return rule;
  }

  static void checkCaptures(List<Glob> globs, Variables variables, SourcePosition place) {
    TreeSet<String> captures = new TreeSet<>(globs.getFirst().captureNames());
    for (Glob glob : globs) {
      if (!captures.equals(new TreeSet<>(glob.captureNames()))) {
        throw place.wrong(
            "the patterns of a rule capture the same names; '%s' captures %s, '%s' %s",
            globs.getFirst(), captures, glob, glob.captureNames());
      }
    }
    for (String capture : captures) {
      if (variables.isOwn(capture)) {
        throw place.wrong("capture '{%s}' has the name of a variable", capture);
      }
    }
  }

  /** One pattern or a list of them. */
  static List<Glob> globs(YamlNode node) {
    if (node.oneOrMore().isEmpty()) {
      throw node.wrong("a list of name patterns has at least one");
    }
    return node.oneOrMore().stream()
        .map(
            pattern -> {
              try {
                return Glob.parse(YamlFields.text(pattern, "a name pattern").text());
              } catch (IllegalArgumentException e) {
                throw new RecipeException(pattern.place(), e.getMessage(), e);
              }
            })
        .toList();
  }

  @Override
  public SourcePosition place() {
    return place;
  }

  List<Glob> globs() {
    return globs;
  }

  String pattern() {
    return globs.size() == 1 ? globs.getFirst().toString() : globs.toString();
  }

  /** What the rule comes to for a tensor of whose name that is captured. */
  Bound of(Map<String, String> captured) {
    return bound.computeIfAbsent(captured, this::bind);
  }

  private Bound bind(Map<String, String> captured) {
    Variables all = variables.with(captured);
    Optional<TensorEntry.Link> link =
        fields
            .get("like")
            .map(node -> new TensorEntry.Link(name(node, all), node.place(), false, once(fields)));
    Optional<TensorEntry.Link> norm =
        fields
            .get("norm_of")
            .map(node -> new TensorEntry.Link(name(node, all), node.place(), true, false));
    StreamChoice draw =
        new StreamChoice(
            fields.get("stream").map(node -> name(node, all)),
            fields.get("seed").map(node -> all.count(node, "'seed'")));
    boolean isDrawn = link.isEmpty() && norm.isEmpty();
    return new Bound(
        isDrawn ? Optional.of(FillSteps.of(fields, all, place)) : Optional.empty(),
        link.or(() -> norm),
        draw);
  }

  private static String name(YamlNode node, Variables variables) {
    return variables.filledIn(YamlFields.text(node, "a name"));
  }

  /** Whether a copy is left out of the file: {@code write: once}. */
  static boolean once(YamlFields fields) {
    return fields
        .get("write")
        .map(node -> YamlFields.word(node, "'write'", " is once or again", "once", "again"))
        .map("once"::equals)
        .orElse(false);
  }
}
