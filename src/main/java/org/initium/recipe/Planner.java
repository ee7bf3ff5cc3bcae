// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.initium.DType;
import org.initium.Shape;
import org.initium.io.StoredType;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.ShardCut;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.plan.StreamChoice;
import org.initium.recipe.plan.TensorContent;
import org.initium.recipe.yaml.Variables;
import org.initium.text.Text;

/**
 * Finds what each tensor of a recipe is: by the first rule that has its name, or by the tensor that
 * it is like.
 */
final class Planner {
  private static final int MOST_NOTES = 20;

  /** A chain of copies of copies is a mistake before it is so long. */
  private static final int MOST_LINKS = 100;

  private final Variables variables;
  private final SourcePosition place;
  private final GlobIndex<Rule> rules;
  private final Map<String, TensorEntry> entries = new HashMap<>();
  private final Map<String, PlannedTensor> planned = new HashMap<>();

  /** The rules of those that are still to be planned. */
  private final Map<String, GlobIndex.Hit<Rule>> hits = new HashMap<>();

  private final Set<Rule> unused;
  private final List<ShardRule> shards;
  private final GlobIndex<ShardRule> shardIndex;
  private final KeepPlanner keeper;

  /** What is kept of a file. */
  private final Map<String, KeepPlanner.Found> found = new HashMap<>();

  /**
   * Of a recipe's rules.
   *
   * @param place of the rules
   */
  Planner(
      Variables variables,
      List<Rule> rules,
      SourcePosition place,
      List<ShardRule> shards,
      KeepPlanner keeper) {
    this.keeper = keeper;
    this.variables = variables;
    this.place = place;
    this.rules = new GlobIndex<>(rules, Rule::globs, new MatchingWork(place));
    this.unused = new LinkedHashSet<>(rules);
    this.shards = shards;
    SourcePosition shardsPlace = shards.isEmpty() ? place : shards.getFirst().place();
    this.shardIndex = new GlobIndex<>(shards, ShardRule::globs, new MatchingWork(shardsPlace));
  }

  /**
   * The plan of all tensors.
   *
   * @param list the tensors, and notes of what was read so far
   * @param inputs the files that were read
   */
  Plan plan(TensorList list, List<Path> inputs) {
    List<TensorEntry> tensors = list.tensors();
    List<String> notes = list.notes();
    for (TensorEntry tensor : tensors) {
      entries.put(tensor.name(), tensor);
      if (tensor.like().isPresent()) {
        keeper.isMade(tensor.name());
      } else {
        keeper.find(tensor).ifPresent(found -> this.found.put(tensor.name(), found));
      }
    }
    List<TensorEntry> drawn =
        tensors.stream().filter(tensor -> tensor.like().isEmpty() && !isWhole(tensor)).toList();
    drawn.forEach(Planner::checkFilled);
    List<String> left = new ArrayList<>();
    for (TensorEntry tensor : drawn) {
      String name = tensor.name();
      rules.first(name).ifPresentOrElse(hit -> hits.put(name, hit), () -> left.add(name));
    }
    if (!left.isEmpty()) {
      throw new RecipeException(
          place,
          "no rule matches " + shortened(left) + "; a pattern is of the whole name, as *.bias");
    }
    List<PlannedTensor> all = new ArrayList<>(tensors.size());
    for (TensorEntry tensor : tensors) {
      all.add(planned(tensor, new LinkedHashMap<>()));
    }
    if (!unused.isEmpty()) { // a rule may be for what another config has
      list.leftOut().forEach(name -> use(rules.first(name)));
    }
    List<String> allNotes = new ArrayList<>(notes.subList(0, Math.min(notes.size(), MOST_NOTES)));
    allNotes.addAll(keeper.notes());
    allNotes.addAll(notes(List.copyOf(unused)));
    allNotes.addAll(streamNotes(all));
    return new Plan(all, allNotes, inputs.stream().map(Path::toString).toList());
  }

  /**
   * What a tensor is.
   *
   * @param path the tensors that are like one another on the way to this one, and where it is said
   */
  private PlannedTensor planned(TensorEntry tensor, Map<String, SourcePosition> path) {
    PlannedTensor known = planned.get(tensor.name());
    if (known != null) {
      return known;
    }
    PlannedTensor made;
    if (tensor.like().isPresent()) {
      made = linked(tensor, tensor.like().get(), path);
    } else if (isWhole(tensor)) {
      use(rules.first(tensor.name()));
      TensorContent kept = keeper.content(found.get(tensor.name()), List.of());
      made = planned(tensor, kept, StreamChoice.OWN);
    } else {
      GlobIndex.Hit<Rule> hit = hits.get(tensor.name());
      unused.remove(hit.rule());
      made = ruled(tensor, hit, path);
      hits.remove(tensor.name());
    }
    planned.put(tensor.name(), made);
    return made;
  }

  private void use(Optional<GlobIndex.Hit<Rule>> hit) {
    hit.ifPresent(first -> unused.remove(first.rule()));
  }

  /** Throws if nothing could fill a tensor, which is not kept as it is. */
  private static void checkFilled(TensorEntry tensor) {
    if (tensor.foreign().isPresent()) {
      throw tensor.wrong(
          "tensor '%s' is %s, which has no initializers: it can be kept of a file as it is"
              + " (--from), or left out (template: {file: ..., exclude: ['%s']})",
          tensor.name(), tensor.foreign().get(), tensor.name());
    }
  }

  private boolean isWhole(TensorEntry tensor) {
    KeepPlanner.Found kept = found.get(tensor.name());
    return kept != null && !kept.grows();
  }

  private PlannedTensor ruled(
      TensorEntry tensor, GlobIndex.Hit<Rule> hit, Map<String, SourcePosition> path) {
    Rule rule = hit.rule();
    Rule.Bound bound = rule.of(rules.captures(hit, tensor.name()));
    KeepPlanner.Found kept = found.get(tensor.name());
    if (bound.link().isPresent()) {
      if (kept != null) {
        throw rule.wrong("tensor '%s' is kept and grows: its rule needs 'init'", tensor.name());
      }
      return linked(tensor, bound.link().get(), path);
    }
    TensorContent.Drawn drawn =
        bound.steps().orElseThrow().of(tensor, tensor.shape().get(), tensor.dtype().get());
    TensorContent content = kept == null ? drawn : keeper.content(kept, drawn.parts());
    return planned(tensor, content, bound.draw());
  }

  private PlannedTensor planned(TensorEntry tensor, TensorContent content, StreamChoice draw) {
    StoredType type = tensor.type().orElseThrow();
    Shape shape;
    try {
      shape = type.carried(tensor.shape().orElseThrow());
    } catch (IllegalArgumentException e) {
      throw new RecipeException(
          tensor.place(), Text.message("tensor '%s': %s", tensor.name(), e.getMessage()), e);
    }
    ShardCut cut = cut(tensor.name(), shape);
    return new PlannedTensor(
        tensor.name(), shape, type.carrier(), content, draw, cut, tensor.written());
  }

  private PlannedTensor linked(
      TensorEntry tensor, TensorEntry.Link link, Map<String, SourcePosition> path) {
    if (path.putIfAbsent(tensor.name(), link.place()) != null || path.size() > MOST_LINKS) {
      throw link.wrong(
          "%s",
          String.join(" is like ", path.keySet())
              + " is like "
              + tensor.name()
              + ", which ends nowhere");
    }
    TensorEntry other = entries.get(link.tensor());
    if (other == null) {
      throw link.wrong(
          "tensor '%s' is %s '%s', which is not there",
          tensor.name(), link.norm() ? "the norm of" : "like", link.tensor());
    }
    PlannedTensor original = planned(other, path);
    DType dtype = tensor.dtype().orElse(original.dtype());
    StoredType type = original.storedType();
    Shape whole = type.shown(original.shape());
    Shape shape = tensor.shape().orElse(whole);
    FillSteps.At at = new FillSteps.At(link.place(), tensor.name(), shape);
    boolean isForeign = type.dtype().isEmpty() || tensor.foreign().isPresent();
    if (isForeign && (link.norm() || !tensor.type().orElse(type).equals(type))) {
      throw at.wrong(
          "'%s' is %s; of what nothing fills there are only copies, in the same type",
          link.tensor(), type);
    }
    if (link.norm() ? !isNormShape(shape, whole) : !shape.equals(whole)) {
      throw at.wrong(
          link.norm()
              ? "'%s' has shape %s; a norm has its sizes, and 1 where it sums"
              : "'%s', which it is like, has shape %s",
          link.tensor(),
          whole);
    }
    if (link.once() && !original.written()) {
      throw at.wrong("write: once needs '%s' in the file", link.tensor());
    }
    if (link.once() && !dtype.equals(original.dtype())) {
      throw at.wrong(
          "write: once needs the dtype of '%s', which is %s", link.tensor(), original.dtype());
    }
    if (dtype.isInteger() && (link.norm() || !dtype.equals(original.dtype()))) {
      throw at.wrong(
          link.norm()
              ? "%s has whole numbers alone, and the norm of '%s' is none"
              : "%s has whole numbers alone, to which '%s' in %s is not rounded",
          dtype,
          link.tensor(),
          original.dtype());
    }
    TensorContent content =
        link.norm()
            ? new TensorContent.Norm(original)
            : new TensorContent.Copied(original, link.once());
    Shape carried = type.carried(shape);
    ShardCut cut = cut(tensor.name(), carried);
    return new PlannedTensor(
        tensor.name(), carried, dtype, content, StreamChoice.OWN, cut, tensor.written());
  }

  private static boolean isNormShape(Shape norm, Shape of) {
    boolean fits = norm.rank() == 0 || norm.rank() == of.rank();
    for (int d = 0; fits && d < norm.rank(); d++) {
      fits = norm.size(d) == 1 || norm.size(d) == of.size(d);
    }
    return fits;
  }

  private ShardCut cut(String tensor, Shape shape) {
    if (shards.isEmpty()) {
      return ShardCut.ROWS;
    }
    Optional<GlobIndex.Hit<ShardRule>> hit = shardIndex.first(tensor);
    if (hit.isEmpty()) {
      throw shards
          .getFirst()
          .wrong(
              "no rule of 'shards' matches %s; write {match: \"*\", dim: 0} as the last for rows",
              shortened(List.of(tensor)));
    }
    return hit.get().rule().of(tensor, shape, variables);
  }

  private static List<String> notes(List<Rule> unused) {
    List<String> notes = new ArrayList<>();
    for (Rule rule : unused.subList(0, Math.min(unused.size(), MOST_NOTES))) {
      notes.add(
          Text.message(
              "%s: rule '%s' is not the first to match any tensor", rule.place(), rule.pattern()));
    }
    int more = unused.size() - MOST_NOTES;
    if (more > 0) {
      notes.add(
          more == 1 ? "1 more rule matches none first" : more + " more rules match none first");
    }
    return notes;
  }

  /** A stream with one name for many tensors makes them alike, which is seldom meant. */
  private static List<String> streamNotes(List<PlannedTensor> all) {
    Map<StreamChoice, List<String>> names = new LinkedHashMap<>();
    for (PlannedTensor tensor : all) {
      if (tensor.draw().stream().isPresent()) {
        names.computeIfAbsent(tensor.draw(), _ -> new ArrayList<>()).add(tensor.name());
      }
    }
    return names.values().stream()
        .filter(same -> same.size() > 1)
        .limit(MOST_NOTES)
        .map(same -> shortened(same) + " draw from one stream: they begin with the same numbers")
        .toList();
  }

  static String shortened(Collection<String> names) {
    int shown = Math.min(names.size(), 8);
    String list =
        names.stream()
            .limit(shown)
            .map(name -> Text.visible(Text.cut(name, 100)))
            .collect(Collectors.joining(", "));
    return shown == names.size()
        ? list
        : list + Text.message(" and %d more (%d in all)", names.size() - shown, names.size());
  }
}
