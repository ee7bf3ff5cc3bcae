package org.initium.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.text.Text;

/**
 * Names, and what initialises the tensors that have them: one initialiser, or one for each part.
 */
final class Rule {
  private static final List<String> FIELDS = List.of("match", "init", "parts");
  private static final List<String> PART_FIELDS = List.of("narrow", "init");

  private static final int MOST_PARTS = 1_000;

  private record PartRule(YamlNode narrow, Init init, Place place) {}

  private final Place place;
  private final List<Glob> globs;
  private final List<PartRule> parts;
  private final Variables variables;

  /** A model has few shapes and many tensors. */
  private record Kind(Shape shape, DType dtype) {}

  private final Map<Kind, List<PlannedTensor.Part>> planned = new HashMap<>();

  private Rule(Place place, List<Glob> globs, List<PartRule> parts, Variables variables) {
    this.place = place;
    this.globs = globs;
    this.parts = parts;
    this.variables = variables;
  }

  static Rule of(YamlNode node, Variables variables) {
    Fields fields = Fields.of(node, "a rule", FIELDS);
    List<Glob> globs = globs(fields.require("match"));
    Optional<YamlNode> init = fields.get("init");
    Optional<YamlNode> parts = fields.get("parts");
    if (init.isPresent() == parts.isPresent()) {
      throw new RecipeException(node.place(), "a rule has either 'init' or 'parts'");
    }
    List<PartRule> partRules = new ArrayList<>();
    if (init.isPresent()) {
      partRules.add(new PartRule(null, init(init.get(), variables), init.get().place()));
    } else {
      List<YamlNode> items = Fields.items(parts.get(), "'parts'");
      if (items.size() > MOST_PARTS) { // each is compared with all others
        throw new RecipeException(
            parts.get().place(),
            Text.message("%d parts; a tensor has at most %d", items.size(), MOST_PARTS));
      }
      for (YamlNode part : items) {
        Fields partFields = Fields.of(part, "a part", PART_FIELDS);
        partRules.add(
            new PartRule(
                partFields.require("narrow"),
                init(partFields.require("init"), variables),
                part.place()));
      }
    }
    return new Rule(node.place(), globs, partRules, variables);
  }

  /** One pattern or a list of them. */
  static List<Glob> globs(YamlNode node) {
    List<YamlNode> patterns =
        node instanceof YamlNode.Sequence sequence ? sequence.items() : List.of(node);
    return patterns.stream()
        .map(
            pattern -> {
              try {
                return Glob.parse(Fields.text(pattern, "a name pattern").text());
              } catch (IllegalArgumentException e) {
                throw new RecipeException(pattern.place(), e.getMessage(), e);
              }
            })
        .toList();
  }

  private static Init init(YamlNode node, Variables variables) {
    String text = Fields.text(node, "'init'").text();
    try {
      return Init.parse(text, variables.values());
    } catch (IllegalArgumentException e) {
      throw new RecipeException(node.place(), e.getMessage(), e);
    }
  }

  Place place() {
    return place;
  }

  List<Glob> globs() {
    return globs;
  }

  String pattern() {
    return globs.size() == 1 ? globs.getFirst().toString() : globs.toString();
  }

  /** This rule's parts of a tensor, checked against its shape and dtype. */
  PlannedTensor plan(TensorEntry tensor) {
    Kind kind = new Kind(tensor.shape(), tensor.dtype());
    List<PlannedTensor.Part> regions = planned.get(kind);
    if (regions == null) {
      regions = parts(tensor);
      planned.put(kind, regions);
    }
    return new PlannedTensor(tensor.name(), tensor.shape(), tensor.dtype(), regions);
  }

  private List<PlannedTensor.Part> parts(TensorEntry tensor) {
    List<PlannedTensor.Part> planned = new ArrayList<>();
    for (PartRule part : parts) {
      Region region = part.narrow == null ? Region.all(tensor.shape()) : narrow(part, tensor);
      try {
        if (region.shape().numel() > 0) {
          part.init.fill(region.shape()).check(region.shape(), tensor.dtype());
        }
      } catch (IllegalArgumentException e) {
        throw fault(part, tensor, part.init + ": " + e.getMessage());
      }
      planned.add(new PlannedTensor.Part(region, part.init));
    }
    checkTiling(planned, tensor);
    return List.copyOf(planned);
  }

  /** {@code [dimension, start, length]}, or a list of such, each inside the one before. */
  private Region narrow(PartRule part, TensorEntry tensor) {
    List<YamlNode> items = Fields.items(part.narrow, "'narrow'");
    boolean several = !items.isEmpty() && items.getFirst() instanceof YamlNode.Sequence;
    Region region = Region.all(tensor.shape());
    for (YamlNode item : several ? items : List.of(part.narrow)) {
      List<YamlNode> numbers = Fields.items(item, "an item of 'narrow'");
      if (numbers.size() != 3) {
        throw fault(part, tensor, "'narrow' takes [dimension, start, length]");
      }
      long dimension = variables.count(numbers.get(0), "dimension of 'narrow'");
      long start = variables.count(numbers.get(1), "start of 'narrow'");
      long length = variables.count(numbers.get(2), "length of 'narrow'");
      Shape shape = region.shape();
      if (dimension >= shape.rank()) {
        throw fault(
            part,
            tensor,
            Text.message("there is no dimension %d to narrow; dimensions count from 0", dimension));
      }
      if (length > shape.size((int) dimension) - start) {
        throw fault(
            part,
            tensor,
            Text.message(
                "narrow [%d, %d, %d] does not fit: dimension %d has %d elements",
                dimension, start, length, dimension, shape.size((int) dimension)));
      }
      region = region.narrow((int) dimension, start, length);
    }
    return region;
  }

  private void checkTiling(List<PlannedTensor.Part> planned, TensorEntry tensor) {
    long covered = 0;
    for (int i = 0; i < planned.size(); i++) {
      Region region = planned.get(i).region();
      covered += region.shape().numel();
      for (int j = 0; j < i; j++) {
        if (planned.get(j).region().intersect(region).isPresent()) {
          throw fault(parts.get(i), tensor, Text.message("part %d overlaps part %d", i + 1, j + 1));
        }
      }
    }
    if (covered != tensor.shape().numel()) {
      throw fault(
          new PartRule(null, null, place),
          tensor,
          Text.message(
              "the parts cover %d of %d elements; give the rest a part, if only zeros",
              covered, tensor.shape().numel()));
    }
  }

  private static RecipeException fault(PartRule part, TensorEntry tensor, String message) {
    return new RecipeException(
        part.place,
        Text.message("tensor '%s' of shape %s: %s", tensor.name(), tensor.shape(), message));
  }
}
