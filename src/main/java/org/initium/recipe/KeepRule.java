// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.yaml.Located;
import org.initium.recipe.yaml.Variables;
import org.initium.recipe.yaml.YamlFields;
import org.initium.recipe.yaml.YamlNode;

/**
 * Names of tensors that are taken from an existing file where it has them: {@code {match: "*",
 * exclude: "score.*"}}, {@code {match: "*embed_tokens.weight", grow: true}}, {@code {match:
 * "model.{path*}", from: "transformer.{path}"}}.
 *
 * @param grow whether the file's tensor may have fewer rows, of which the others are drawn
 * @param from the name in the file, where it is another
 */
record KeepRule(
    List<Glob> globs,
    List<Glob> excluded,
    boolean grow,
    Optional<YamlNode.Scalar> from,
    SourcePosition place)
    implements Located {
  private static final List<String> FIELDS = List.of("match", "exclude", "grow", "from");

  /** Where a recipe has no {@code keep}: what is there is kept. */
  static KeepRule all(SourcePosition place) {
    return new KeepRule(List.of(Glob.parse("*")), List.of(), false, Optional.empty(), place);
  }

  static KeepRule of(YamlNode node, Variables variables) {
    YamlFields fields = YamlFields.of(node, "a rule of 'keep'", FIELDS);
    YamlNode match = fields.require("match");
    List<Glob> globs = Rule.globs(match);
    Rule.checkCaptures(globs, variables, match.place());
    return new KeepRule(
        globs,
        fields.get("exclude").map(Rule::globs).orElse(List.of()),
        fields.isTrue("grow"),
        fields.get("from").map(name -> YamlFields.text(name, "'from'")),
        node.place());
  }

  /** The name in the file of a tensor of whose name that is captured. */
  String nameInFile(String name, Map<String, String> captured, Variables variables) {
    return from.map(text -> variables.with(captured).filledIn(text)).orElse(name);
  }
}
