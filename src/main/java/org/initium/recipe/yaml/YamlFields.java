// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.initium.expression.Suggestions;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;

/** The values of a mapping by name, where only some names are allowed. */
public final class YamlFields {
  private static final String QUOTES =
      "; a comma inside of braces needs quotes: init: 'uniform(-0.1, 0.1)'";

  private final String what;
  private final SourcePosition place;
  private final Map<String, YamlNode> values = new LinkedHashMap<>();

  private YamlFields(String what, SourcePosition place) {
    this.what = what;
    this.place = place;
  }

  /**
   * The fields of a mapping.
   *
   * @param what what the mapping is, for messages
   * @throws RecipeException if it is no mapping or has another name
   */
  public static YamlFields of(YamlNode node, String what, List<String> allowed) {
    return of(node, what, allowed, "");
  }

  /** The same, with a hint of what may be meant where it has another name. */
  public static YamlFields of(YamlNode node, String what, List<String> allowed, String hint) {
    YamlFields fields = new YamlFields(what, node.place());
    for (YamlNode.Entry entry : entries(node, what)) {
      String name = entry.key().text();
      if (!allowed.contains(name)) {
        String choice = Suggestions.choice(name, "it takes", allowed);
        String meant = name.endsWith(")") ? QUOTES : hint;
        throw entry.key().wrong("%s has no '%s'; %s%s", what, name, choice, meant);
      }
      fields.values.put(name, entry.value());
    }
    return fields;
  }

  public Optional<YamlNode> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  public YamlNode require(String name) {
    return get(name).orElseThrow(() -> place.wrong("%s needs '%s'", what, name));
  }

  /** The entries of a mapping. */
  public static List<YamlNode.Entry> entries(YamlNode node, String what) {
    if (node instanceof YamlNode.Mapping mapping) {
      return mapping.entries();
    }
    throw node.wrong("%s is %s, not a mapping of names to values", what, node.kind());
  }

  /** What may be meant where a comma has cut an expression: it is a list's or a mapping's then. */
  public static String quotesHint(String text) {
    boolean isCut =
        text.chars().filter(c -> c == '(').count() > text.chars().filter(c -> c == ')').count();
    return isCut ? "; a comma inside of brackets or braces needs quotes: ['max(n, 1)', 2]" : "";
  }

  /** The items of a list. */
  public static List<YamlNode> items(YamlNode node, String what) {
    if (node instanceof YamlNode.Sequence sequence) {
      return sequence.items();
    }
    throw node.wrong("%s is %s, not a list", what, node.kind());
  }

  /** The items of a field that is a list; none where it is left out. */
  public List<YamlNode> items(String name) {
    return get(name).map(node -> items(node, "'" + name + "'")).orElse(List.of());
  }

  /** Whether a field is {@code true}; it may also be left out or false. */
  public boolean isTrue(String name) {
    return get(name)
        .map(node -> word(node, "'" + name + "'", " is true or false", "true", "false"))
        .map("true"::equals)
        .orElse(false);
  }

  /**
   * One of some words.
   *
   * @param which what it is where it is none of them, behind {@code what}
   */
  public static String word(YamlNode node, String what, String which, String... words) {
    String word = text(node, what).text();
    if (!List.of(words).contains(word)) {
      throw node.wrong("%s%s, not '%s'", what, which, word);
    }
    return word;
  }

  /** A text. */
  public static YamlNode.Scalar text(YamlNode node, String what) {
    if (node instanceof YamlNode.Scalar scalar && !scalar.text().isBlank()) {
      return scalar;
    }
    throw node.wrong(
        "%s is %s", what, node instanceof YamlNode.Scalar ? "empty" : node.kind() + ", not a text");
  }
}
