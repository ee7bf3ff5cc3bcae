// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.initium.DType;
import org.initium.Shape;
import org.initium.io.Checkpoint;
import org.initium.io.MalformedFileException;
import org.initium.io.StoredTensor;
import org.initium.io.StoredType;
import org.initium.io.TensorSpec;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.yaml.NamePattern;
import org.initium.recipe.yaml.Variables;
import org.initium.recipe.yaml.YamlFields;
import org.initium.recipe.yaml.YamlNode;
import org.initium.text.Text;

/** Collects the tensors of a recipe, in order: those of the template, then those listed. */
final class TensorList {
  private static final List<String> TENSOR_FIELDS =
      List.of("shape", "dtype", "like", "write", "when");
  private static final List<String> TEMPLATE_FIELDS = List.of("file", "exclude");

  private final Map<String, TensorEntry> tensors = new LinkedHashMap<>();
  private final Variables variables;
  private final StoredType defaultType;
  private final Optional<DType> everyType;
  private final Map<YamlNode, Shape> shapes = new IdentityHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private long groups;
  private long names;
  private long characters;

  /**
   * An empty list.
   *
   * @param defaultType of tensors that have none of their own
   * @param everyType of all tensors, whatever they say
   */
  TensorList(Variables variables, StoredType defaultType, Optional<DType> everyType) {
    this.variables = variables;
    this.defaultType = defaultType;
    this.everyType = everyType;
  }

  /** What is not wrong but may be meant otherwise. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /** The names whose {@code when} is 0. */
  List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  List<TensorEntry> tensors() {
    return List.copyOf(tensors.values());
  }

  private void add(TensorEntry entry) {
    try {
      TensorSpec.checkName(entry.name());
    } catch (IllegalArgumentException e) {
      throw new RecipeException(entry.place(), e.getMessage(), e);
    }
    TensorEntry first = tensors.putIfAbsent(entry.name(), entry);
    if (first != null) {
      throw entry.wrong("tensor '%s' is there already, from %s", entry.name(), first.place());
    }
  }

  private void add(String name, Shape shape, StoredType type, SourcePosition place) {
    add(
        new TensorEntry(
            name, Optional.of(shape), Optional.of(typed(type)), Optional.empty(), true, place));
  }

  /** What --dtype makes of a tensor's type: whole numbers stay, and what nothing fills. */
  private StoredType typed(StoredType own) {
    return own.carrier().isInteger() ? own : everyType.map(StoredType::of).orElse(own);
  }

  /**
   * Adds {@code name: [sizes]}, {@code name: {shape, dtype}} and groups {@code "prefix.": {...}}.
   */
  void addListed(YamlNode node) {
    addListed(node, "", variables, true);
  }

  /**
   * Adds those of a group; {@code when: 0} in it leaves it out, as in a tensor: a text there is no
   * shape.
   */
  private void addListed(YamlNode node, String prefix, Variables variables, boolean here) {
    List<YamlNode.Entry> entries = YamlFields.entries(node, "'tensors'");
    boolean taken = here;
    for (YamlNode.Entry entry : entries) {
      if (isCondition(entry, prefix)) {
        taken &= variables.number(entry.value(), "'when'") != 0;
      }
    }
    for (YamlNode.Entry entry : entries) {
      if (isCondition(entry, prefix)) {
        continue;
      }
      List<NamePattern.Name> expanded = NamePattern.expand(entry.key(), variables);
      if (expanded.isEmpty() && taken) {
        notes.add(
            Text.message("%s: '%s' stands for no name", entry.key().place(), entry.key().text()));
      }
      for (NamePattern.Name name : expanded) {
        characters += prefix.length() + name.text().length();
        NamePattern.checkCharacters(characters, entry.key());
        boolean isGroup = name.text().endsWith(".");
        if ((isGroup ? ++groups : ++names) > NamePattern.MOST) {
          throw entry
              .key()
              .wrong(
                  "with '%s' the recipe has more than %d names of %s, which are taken at most",
                  entry.key().text(), NamePattern.MOST, isGroup ? "groups" : "tensors");
        }
        Variables inside = variables.with(name.bound());
        if (isGroup) {
          addListed(entry.value(), prefix + name.text(), inside, taken);
        } else if (!taken) {
          leftOut.add(prefix + name.text());
        } else {
          addOne(prefix + name.text(), entry, inside);
        }
      }
    }
  }

  private static boolean isCondition(YamlNode.Entry entry, String prefix) {
    return !prefix.isEmpty()
        && entry.key().text().equals("when")
        && entry.value() instanceof YamlNode.Scalar;
  }

  private void addOne(String name, YamlNode.Entry entry, Variables variables) {
    SourcePosition place = entry.key().place();
    if (!(entry.value() instanceof YamlNode.Mapping)) {
      add(name, shape(entry.value(), name, variables), defaultType, place);
      return;
    }
    YamlFields fields =
        YamlFields.of(
            entry.value(),
            Text.message("tensor '%s'", name),
            TENSOR_FIELDS,
            "; the name of a group of tensors ends in a dot");
    if (fields.get("when").map(node -> variables.number(node, "'when'") == 0).orElse(false)) {
      leftOut.add(name);
      return;
    }
    Optional<TensorEntry.Link> like = fields.get("like").map(node -> like(node, fields, variables));
    Optional<YamlNode> shape =
        like.isPresent() ? fields.get("shape") : Optional.of(fields.require("shape"));
    Optional<StoredType> given = fields.get("dtype").map(node -> storedType(node, variables));
    Optional<StoredType> own = like.isPresent() ? given : given.or(() -> Optional.of(defaultType));
    add(
        new TensorEntry(
            name,
            shape.map(node -> shape(node, name, variables)),
            own.map(this::typed), // what is like another has that one's
            like,
            like.isPresent() || isWritten(fields),
            place));
  }

  /** {@code write: never}: it is drawn for the sake of what is drawn behind it. */
  private static boolean isWritten(YamlFields fields) {
    Optional<YamlNode> write = fields.get("write");
    write.ifPresent(
        node ->
            YamlFields.word(
                node, "'write'", " of a tensor that is like no other is never", "never"));
    return write.isEmpty();
  }

  private static TensorEntry.Link like(YamlNode node, YamlFields tensor, Variables variables) {
    return new TensorEntry.Link(
        variables.filledIn(YamlFields.text(node, "'like'")),
        node.place(),
        false,
        Rule.once(tensor));
  }

  /** A node that stands for many tensors is read once, unless their numbers are in it. */
  private Shape shape(YamlNode node, String name, Variables scope) {
    return scope == variables
        ? shapes.computeIfAbsent(node, unread -> read(unread, name, scope))
        : read(node, name, scope);
  }

  private static Shape read(YamlNode node, String name, Variables variables) {
    List<YamlNode> items = YamlFields.items(node, "shape of '" + name + "'");
    if (items.size() > Shape.MOST_DIMENSIONS) {
      throw node.wrong(
          "shape of '%s' has %d sizes; a tensor has at most %d dimensions",
          name, items.size(), Shape.MOST_DIMENSIONS);
    }
    long[] sizes = new long[items.size()];
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = variables.count(items.get(d), "size " + d + " of '" + name + "'");
    }
    try {
      return Shape.of(sizes);
    } catch (IllegalArgumentException e) {
      throw new RecipeException(node.place(), e.getMessage(), e);
    }
  }

  /** A dtype by its name, or by a variable that holds one: {@code torch_dtype} of a config. */
  static DType dtype(YamlNode node, Variables variables) {
    String text = YamlFields.text(node, "'dtype'").text();
    try {
      return DType.parse(variables.word(text));
    } catch (IllegalArgumentException e) {
      throw new RecipeException(node.place(), e.getMessage(), e);
    }
  }

  /** The same, or a type of files that we fill none of. */
  private static StoredType storedType(YamlNode node, Variables variables) {
    String text = YamlFields.text(node, "'dtype'").text();
    return StoredType.named(variables.word(text).toUpperCase(Locale.ROOT))
        .filter(type -> type.dtype().isEmpty())
        .orElseGet(() -> StoredType.of(dtype(node, variables)));
  }

  /**
   * Adds the tensors of a safetensors file or index, of which only headers are read: {@code
   * template: FILE} or {@code template: {file: FILE, exclude: [patterns]}}.
   *
   * @return the files
   */
  List<Path> addTemplate(YamlNode node, Path folder) {
    YamlNode file = node;
    List<Glob> excluded = List.of();
    if (node instanceof YamlNode.Mapping) {
      YamlFields fields = YamlFields.of(node, "'template'", TEMPLATE_FIELDS);
      file = fields.require("file");
      excluded = fields.get("exclude").map(Rule::globs).orElse(List.of());
    }
    SourcePosition place = file.place();
    Path path = path(folder, YamlFields.text(file, "'template'"), "template");
    GlobIndex<Glob> index = new GlobIndex<>(excluded, List::of, new MatchingWork(place));
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      for (Checkpoint.Entry entry : checkpoint.entries()) {
        StoredTensor tensor = entry.tensor();
        if (index.first(tensor.name()).isEmpty()) {
          add(tensor.name(), tensor.shape(), tensor.type(), place);
        }
      }
      List<Path> read = new ArrayList<>(checkpoint.files());
      read.add(checkpoint.path());
      return read;
    } catch (NoSuchFileException e) {
      throw new RecipeException(place, "there is no template " + e.getMessage(), e);
    } catch (MalformedFileException e) {
      throw new RecipeException(place, "template " + e.getMessage(), e);
    } catch (IOException e) {
      throw new RecipeException(place, Text.reason(path, e), e);
    }
  }

  /** A file that a recipe names, from the recipe's folder. */
  static Path path(Path folder, YamlNode.Scalar file, String what) {
    try {
      return folder.resolve(file.text());
    } catch (InvalidPathException e) {
      throw new RecipeException(
          file.place(), what + ": no file can have that name: " + e.getReason(), e);
    }
  }
}
