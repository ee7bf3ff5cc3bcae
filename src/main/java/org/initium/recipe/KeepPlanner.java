// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.initium.Shape;
import org.initium.io.Checkpoint;
import org.initium.io.StoredTensor;
import org.initium.io.StoredType;
import org.initium.recipe.plan.TensorContent;
import org.initium.recipe.yaml.Variables;
import org.initium.text.Text;

/** Finds which tensors of a recipe are kept of an existing file. */
final class KeepPlanner {
  /**
   * A tensor of the file that is kept.
   *
   * @param grows whether it has fewer rows than are needed
   */
  record Found(Checkpoint.Entry entry, boolean grows) {}

  private final Optional<Checkpoint> checkpoint;
  private final GlobIndex<KeepRule> rules;

  /** What a rule leaves out. */
  private final Map<KeepRule, GlobIndex<KeepRule>> excluded = new IdentityHashMap<>();

  private final Variables variables;
  private final Map<String, Checkpoint.Entry> entries = new HashMap<>();
  private final TreeSet<String> left;

  /**
   * Of a recipe.
   *
   * @param checkpoint the file; if there is none, nothing is kept
   * @param work of matching names
   */
  KeepPlanner(
      Optional<Checkpoint> checkpoint,
      List<KeepRule> rules,
      Variables variables,
      MatchingWork work) {
    this.checkpoint = checkpoint;
    this.rules = new GlobIndex<>(rules, KeepRule::globs, work);
    for (KeepRule rule : rules) {
      excluded.put(rule, new GlobIndex<>(List.of(rule), KeepRule::excluded, work));
    }
    this.variables = variables;
    checkpoint.ifPresent(
        file -> file.entries().forEach(entry -> entries.put(entry.tensor().name(), entry)));
    this.left = new TreeSet<>(entries.keySet());
  }

  /** What the file has of a tensor, if that is to be kept. */
  Optional<Found> find(TensorEntry tensor) {
    String name = tensor.name();
    GlobIndex.Hit<KeepRule> hit =
        entries.isEmpty()
            ? null
            : rules.first(name, rule -> excluded.get(rule).first(name).isEmpty()).orElse(null);
    if (hit == null) {
      return Optional.empty();
    }
    String stored = hit.rule().nameInFile(name, rules.captures(hit, name), variables);
    left.remove(stored);
    return Optional.ofNullable(entries.get(stored))
        .map(entry -> new Found(entry, check(tensor, entry.tensor(), hit.rule())));
  }

  /** Says of a name of the file that the recipe makes it otherwise. */
  void isMade(String name) {
    left.remove(name);
  }

  private boolean check(TensorEntry tensor, StoredTensor stored, KeepRule rule) {
    Shape shape = tensor.shape().orElseThrow();
    StoredType type = tensor.type().orElseThrow();
    if (stored.type() != type) {
      throw rule.wrong(
          "tensor '%s' is %s, '%s' of %s is %s: what is kept has the same dtype",
          tensor.name(), type.display(), stored.name(), checkpoint.get().path(), stored.type());
    }
    if (stored.shape().equals(shape)) {
      return false;
    }
    boolean longer =
        shape.rank() > 0
            && shape.rank() == stored.shape().rank()
            && stored.shape().size(0) <= shape.size(0)
            && stored.shape().with(0, shape.size(0)).equals(shape);
    if (!longer || !rule.grow()) {
      throw rule.wrong(
          "tensor '%s' has shape %s, '%s' of %s has %s; %s",
          tensor.name(),
          shape,
          stored.name(),
          checkpoint.get().path(),
          stored.shape(),
          longer
              ? "grow: true keeps its rows and makes the others"
              : "leave it out with 'exclude' of 'keep'");
    }
    return true;
  }

  /** The values of a tensor that was found. */
  TensorContent.Kept content(Found found, List<TensorContent.Part> rest) {
    return new TensorContent.Kept(checkpoint.orElseThrow(), found.entry, rest);
  }

  /** What is not wrong but may be meant otherwise. */
  List<String> notes() {
    return left.isEmpty()
        ? List.of()
        : List.of(
            Text.message(
                "of %s these are not kept: %s", checkpoint.get().path(), Planner.shortened(left)));
  }
}
