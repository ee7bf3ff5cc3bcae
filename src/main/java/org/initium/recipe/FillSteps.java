// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.Region;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.plan.TensorContent;
import org.initium.recipe.yaml.Variables;
import org.initium.recipe.yaml.YamlFields;
import org.initium.recipe.yaml.YamlNode;
import org.initium.text.Text;

/**
 * What a tensor is drawn with, step by step: an initializer or several, each of which draws all of
 * it, or one for each of the parts that tile it; then what overwrites some of it.
 */
final class FillSteps {
  private static final List<String> PART_FIELDS = List.of("narrow", "init");
  private static final int MOST_PARTS = 1_000;

  /** A step on a part, or on all of a tensor where there is no narrow. */
  private record Step(Optional<YamlNode> narrow, Init init, SourcePosition place) {}

  /** A model has few shapes and many tensors. */
  private record Kind(Shape shape, DType dtype) {}

  private final Map<Kind, TensorContent.Drawn> planned = new HashMap<>();
  private final Variables variables;
  private final SourcePosition place;
  private final List<Step> steps = new ArrayList<>();
  private int tiles = -1; // the first so many tile the tensor; below 0 where the first draws all

  private FillSteps(Variables variables, SourcePosition place) {
    this.variables = variables;
    this.place = place;
  }

  /** Of a rule with {@code init} or {@code parts}, and perhaps {@code then}. */
  static FillSteps of(YamlFields rule, Variables variables, SourcePosition place) {
    FillSteps steps = new FillSteps(variables, place);
    rule.get("init")
        .ifPresent(
            node -> {
              for (YamlNode init : oneOrMore(node, "'init'")) {
                steps.add(Optional.empty(), init, init.place());
              }
            });
    rule.get("parts")
        .ifPresent(
            node -> {
              YamlFields.items(node, "'parts'").forEach(part -> steps.addPart(part, "a part"));
              steps.tiles = steps.steps.size();
            });
    rule.get("then")
        .ifPresent(
            node -> {
              for (YamlNode item : oneOrMore(node, "'then'")) {
                steps.addPart(item, "an item of 'then'");
              }
            });
    if (steps.steps.size() > MOST_PARTS) { // each is compared with all others
      throw new RecipeException(
          place, Text.message("%d parts; a tensor has at most %d", steps.steps.size(), MOST_PARTS));
    }
    return steps;
  }

  private static List<YamlNode> oneOrMore(YamlNode node, String field) {
    List<YamlNode> items = node instanceof YamlNode.Sequence list ? list.items() : List.of(node);
    if (items.isEmpty()) {
      throw new RecipeException(node.place(), Text.message("%s is an empty list", field));
    }
    return items;
  }

  private void addPart(YamlNode node, String what) {
    YamlFields part = YamlFields.of(node, what, PART_FIELDS);
    add(Optional.of(part.require("narrow")), part.require("init"), node.place());
  }

  private void add(Optional<YamlNode> narrow, YamlNode init, SourcePosition at) {
    String text = YamlFields.text(init, "'init'").text();
    try {
      steps.add(new Step(narrow, Init.parse(text, variables.values()), at));
    } catch (IllegalArgumentException e) {
      throw new RecipeException(init.place(), variables.explained(e.getMessage()), e);
    }
  }

  /** The content of a tensor, checked against its shape and dtype. */
  TensorContent.Drawn of(TensorEntry tensor, Shape shape, DType dtype) {
    Kind kind = new Kind(shape, dtype);
    TensorContent.Drawn known = planned.get(kind);
    if (known == null) {
      known = read(tensor.name(), shape, dtype);
      planned.put(kind, known);
    }
    return known;
  }

  private TensorContent.Drawn read(String tensor, Shape shape, DType dtype) {
    List<TensorContent.Part> parts = new ArrayList<>();
    for (Step step : steps) {
      Region region =
          step.narrow
              .map(narrow -> narrow(narrow, shape, variables, at(step, tensor, shape)))
              .orElse(Region.all(shape));
      try {
        if (region.shape().numel() > 0) {
          step.init.fill(region.shape()).check(region.shape(), dtype);
        }
      } catch (IllegalArgumentException e) {
        throw at(step, tensor, shape).fault(step.init + ": " + e.getMessage());
      }
      parts.add(new TensorContent.Part(region, step.init));
    }
    checkTiling(parts, tensor, shape);
    return new TensorContent.Drawn(parts);
  }

  /** Where a mistake about a tensor is said to be. */
  record At(SourcePosition place, String tensor, Shape shape) {
    RecipeException fault(String message) {
      return new RecipeException(
          place, Text.message("tensor '%s' of shape %s: %s", tensor, shape, message));
    }
  }

  private static At at(Step step, String tensor, Shape shape) {
    return new At(step.place, tensor, shape);
  }

  /** {@code [dimension, start, length]}, or a list of such, each inside the one before. */
  static Region narrow(YamlNode narrow, Shape whole, Variables variables, At at) {
    List<YamlNode> items = YamlFields.items(narrow, "'narrow'");
    boolean several = !items.isEmpty() && items.getFirst() instanceof YamlNode.Sequence;
    Region region = Region.all(whole);
    for (YamlNode item : several ? items : List.of(narrow)) {
      List<YamlNode> numbers = YamlFields.items(item, "an item of 'narrow'");
      if (numbers.size() != 3) {
        throw at.fault("'narrow' takes [dimension, start, length]");
      }
      long dimension = variables.count(numbers.get(0), "dimension of 'narrow'");
      long start = variables.count(numbers.get(1), "start of 'narrow'");
      long length = variables.count(numbers.get(2), "length of 'narrow'");
      Shape shape = region.shape();
      if (dimension >= shape.rank()) {
        throw at.fault(
            Text.message("there is no dimension %d to narrow; dimensions count from 0", dimension));
      }
      if (length > shape.size((int) dimension) - start) {
        throw at.fault(
            Text.message(
                "narrow [%d, %d, %d] does not fit: dimension %d has %d elements",
                dimension, start, length, dimension, shape.size((int) dimension)));
      }
      region = region.narrow((int) dimension, start, length);
    }
    return region;
  }

  private void checkTiling(List<TensorContent.Part> parts, String tensor, Shape shape) {
    if (tiles >= 0) {
      List<Region> regions = parts.stream().limit(tiles).map(TensorContent.Part::region).toList();
      checkTiling(
          regions, shape, i -> at(steps.get(i), tensor, shape), new At(place, tensor, shape));
    }
  }

  /** Throws unless the regions, whose places are given, are all of a tensor and meet nowhere. */
  static void checkTiling(
      List<Region> regions, Shape shape, java.util.function.IntFunction<At> place, At all) {
    long covered = 0;
    for (int i = 0; i < regions.size(); i++) {
      Region region = regions.get(i);
      covered += region.shape().numel();
      for (int j = 0; j < i; j++) {
        if (regions.get(j).intersect(region).isPresent()) {
          throw place.apply(i).fault(Text.message("part %d overlaps part %d", i + 1, j + 1));
        }
      }
    }
    if (covered != shape.numel()) {
      throw all.fault(
          Text.message(
              "the parts cover %d of %d elements; give the rest a part, if only zeros",
              covered, shape.numel()));
    }
  }
}
