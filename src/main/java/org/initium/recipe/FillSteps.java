// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.ArrayList;
import java.util.EnumMap;
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
  private static final List<String> PART_FIELDS = List.of("narrow", "init", "then");
  private static final int MOST_PARTS = 1_000;

  /**
   * A step on a part, or on all of a tensor where there is no narrow.
   *
   * @param narrows each inside the one before
   * @param tiles whether this is the first step of a part, which together are all of the tensor
   */
  private record Step(List<YamlNode> narrows, Init init, SourcePosition place, boolean tiles) {}

  /** A model has few shapes and many tensors. No record of both: see decision 0030. */
  private final Map<DType, Map<Shape, TensorContent.Drawn>> planned = new EnumMap<>(DType.class);

  private final Variables variables;
  private final SourcePosition place;
  private final boolean ofParts;
  private final List<Step> steps = new ArrayList<>();

  private FillSteps(Variables variables, SourcePosition place, boolean ofParts) {
    this.variables = variables;
    this.place = place;
    this.ofParts = ofParts;
  }

  /** Of a rule with {@code init} or {@code parts}, and perhaps {@code then}. */
  static FillSteps of(YamlFields rule, Variables variables, SourcePosition place) {
    FillSteps steps = new FillSteps(variables, place, rule.get("parts").isPresent());
    rule.get("init").ifPresent(node -> steps.addInits(node, List.of(), Optional.empty(), false));
    rule.items("parts").forEach(part -> steps.addPart(part, "a part", List.of(), true));
    steps.addThen(rule, List.of());
    if (steps.steps.size() > MOST_PARTS) { // each is compared with all others
      throw place.wrong("%d parts; a tensor has at most %d", steps.steps.size(), MOST_PARTS);
    }
    return steps;
  }

  private static List<YamlNode> oneOrMore(YamlNode node, String field) {
    if (node.oneOrMore().isEmpty()) {
      throw node.wrong("%s is an empty list", field);
    }
    return node.oneOrMore();
  }

  private void addPart(YamlNode node, String what, List<YamlNode> outer, boolean tiles) {
    YamlFields part = YamlFields.of(node, what, PART_FIELDS);
    List<YamlNode> narrows = new ArrayList<>(outer);
    narrows.add(part.require("narrow"));
    addInits(part.require("init"), narrows, Optional.of(node.place()), tiles);
    addThen(part, narrows);
  }

  private void addThen(YamlFields fields, List<YamlNode> narrows) {
    if (fields.get("then").isPresent()) {
      for (YamlNode item : oneOrMore(fields.get("then").get(), "'then'")) {
        addPart(item, "an item of 'then'", narrows, false);
      }
    }
  }

  /** Adds an initializer or several, on all of the tensor or on the part that stands there. */
  private void addInits(
      YamlNode node, List<YamlNode> narrows, Optional<SourcePosition> part, boolean tiles) {
    boolean first = tiles;
    for (YamlNode init : oneOrMore(node, "'init'")) {
      String text = YamlFields.text(init, "'init'").text();
      variables.work().add(text, init.place());
      try {
        Init parsed = Init.parse(text, variables.values());
        steps.add(new Step(narrows, parsed, part.orElse(init.place()), first));
      } catch (IllegalArgumentException e) {
        throw new RecipeException(init.place(), e.getMessage() + YamlFields.quotesHint(text), e);
      }
      first = false;
    }
  }

  /** The content of a tensor, checked against its shape and dtype. */
  TensorContent.Drawn of(TensorEntry tensor, Shape shape, DType dtype) {
    return planned
        .computeIfAbsent(dtype, _ -> new HashMap<>())
        .computeIfAbsent(shape, _ -> read(tensor.name(), shape, dtype));
  }

  private TensorContent.Drawn read(String tensor, Shape shape, DType dtype) {
    List<TensorContent.Part> parts = new ArrayList<>();
    List<Region> tiles = new ArrayList<>();
    List<At> places = new ArrayList<>();
    for (Step step : steps) {
      At at = new At(step.place, tensor, shape);
      Region region = Region.all(shape);
      for (YamlNode narrow : step.narrows) {
        region = narrow(narrow, region, variables, at);
      }
      try {
        if (region.shape().numel() > 0) {
          step.init.fill(region.shape()).check(region.shape(), dtype);
        }
      } catch (IllegalArgumentException e) {
        throw at.wrong("%s: %s", step.init, e.getMessage());
      }
      parts.add(new TensorContent.Part(region, step.init));
      if (step.tiles) {
        tiles.add(region);
        places.add(at);
      }
    }
    if (ofParts) {
      checkTiling(tiles, shape, places::get, new At(place, tensor, shape));
    }
    return new TensorContent.Drawn(parts);
  }

  /** Where a mistake about a tensor is said to be. */
  record At(SourcePosition place, String tensor, Shape shape) {
    RecipeException wrong(String template, Object... arguments) {
      String message = Text.message(template, arguments);
      return place.wrong("tensor '%s' of shape %s: %s", tensor, shape, message);
    }
  }

  /**
   * {@code [dimension, start, length]}, or a list of such, each inside the one before; as in
   * PyTorch, dimensions and starts below 0 count from the end.
   */
  static Region narrow(YamlNode narrow, Region whole, Variables variables, At at) {
    List<YamlNode> items = YamlFields.items(narrow, "'narrow'");
    boolean several = !items.isEmpty() && items.getFirst() instanceof YamlNode.Sequence;
    Region region = whole;
    for (YamlNode item : several ? items : List.of(narrow)) {
      List<YamlNode> numbers = YamlFields.items(item, "an item of 'narrow'");
      if (numbers.size() != 3) {
        throw at.wrong("'narrow' takes [dimension, start, length]");
      }
      Shape shape = region.shape();
      int dimension = dimension(numbers.get(0), "dimension of 'narrow'", shape, variables, at);
      long size = shape.size(dimension);
      long given = variables.integer(numbers.get(1), "start of 'narrow'");
      long start = given < 0 ? given + size : given;
      long length = variables.count(numbers.get(2), "length of 'narrow'");
      if (start < 0 || length > size - start) {
        throw at.wrong(
            "narrow [%d, %d, %d] does not fit: dimension %d has %s",
            dimension, given, length, dimension, Text.count(size, "element"));
      }
      region = region.narrow(dimension, start, length);
    }
    return region;
  }

  /** A dimension of a shape; those below 0 count from the end. */
  static int dimension(YamlNode node, String what, Shape shape, Variables variables, At at) {
    long given = variables.integer(node, what);
    long dimension = given < 0 ? given + shape.rank() : given;
    if (dimension < 0 || dimension >= shape.rank()) {
      throw at.wrong(
          "there is no dimension %d; dimensions count from 0, or from -1 at the end", given);
    }
    return (int) dimension;
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
          throw place.apply(i).wrong("part %d overlaps part %d", i + 1, j + 1);
        }
      }
    }
    if (covered != shape.numel()) {
      throw all.wrong(
          "the parts cover %d of %s; give the rest a part, if only zeros",
          covered, Text.count(shape.numel(), "element"));
    }
  }
}
