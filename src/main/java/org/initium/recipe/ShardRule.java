// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.initium.Shape;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.Region;
import org.initium.recipe.plan.ShardCut;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.yaml.Located;
import org.initium.recipe.yaml.Variables;
import org.initium.recipe.yaml.YamlFields;
import org.initium.recipe.yaml.YamlNode;

/**
 * Names, and how shards share out the tensors that have them: {@code {match: "*.wo.weight", dim:
 * 1}}, {@code {match: "*norm*", replicate: true}}, {@code {match: "*.qkv.weight", dim: 0, parts:
 * [[0, 0, q], ...]}}.
 */
record ShardRule(
    List<Glob> globs, Optional<YamlNode> dim, List<YamlNode> parts, SourcePosition place)
    implements Located {
  private static final List<String> FIELDS = List.of("match", "dim", "replicate", "parts");

  static ShardRule of(YamlNode node) {
    YamlFields fields = YamlFields.of(node, "a rule of 'shards'", FIELDS);
    List<Glob> globs = Rule.globs(fields.require("match"));
    Optional<YamlNode> dim = fields.get("dim");
    Optional<YamlNode> replicated = fields.get("replicate");
    replicated.ifPresent(
        value -> YamlFields.word(value, "'replicate'", " is true or left out", "true"));
    boolean replicate = replicated.isPresent();
    if (replicate == dim.isPresent()) {
      throw node.wrong("a rule of 'shards' has either 'dim' or 'replicate: true'");
    }
    List<YamlNode> parts = fields.items("parts");
    if (replicate && !parts.isEmpty()) {
      throw node.wrong("what is replicated has no 'parts'");
    }
    return new ShardRule(globs, dim, parts, node.place());
  }

  /** How a tensor is cut. */
  ShardCut of(String tensor, Shape shape, Variables variables) {
    if (dim.isEmpty()) {
      return ShardCut.REPLICATED;
    }
    FillSteps.At at = new FillSteps.At(place, tensor, shape);
    if (shape.rank() == 0) {
      return ShardCut.ROWS; // in every shard as a whole
    }
    int dimension = FillSteps.dimension(dim.get(), "'dim'", shape, variables, at);
    List<Region> regions = new ArrayList<>();
    for (YamlNode part : parts) {
      Region region = FillSteps.narrow(part, Region.all(shape), variables, at);
      Shape others = region.shape().with(dimension, 1);
      if (!others.equals(shape.with(dimension, 1))) {
        throw at.wrong("a part of 'shards' is narrowed in the dimension that is cut alone");
      }
      regions.add(region);
    }
    if (!regions.isEmpty()) {
      FillSteps.checkTiling(
          regions, shape, i -> new FillSteps.At(parts.get(i).place(), tensor, shape), at);
    }
    return new ShardCut(dimension, List.copyOf(regions));
  }
}
