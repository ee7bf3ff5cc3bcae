// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.initium.recipe.plan.Glob;

/**
 * Finds the first of a list of rules that matches a name without trying each: a pattern is looked
 * up by a text that its names have, at their start, at their end or anywhere, and by that one of
 * its texts which the fewest patterns share.
 */
final class GlobIndex<R> {
  /** A rule, one of its patterns, and the pattern's number among all. */
  record Hit<R>(R rule, Glob glob, int number) {}

  /** Where a text stands in the names that have it. */
  private enum Where {
    START,
    END,
    ANYWHERE
  }

  /** A text that all names of a pattern have; those of the end are turned round. */
  private record Key(Where where, String text) {
    /**
     * What it is counted by: no record, whose hash Java makes at a start's cost (decision 0030).
     */
    String id() {
      return where + text;
    }
  }

  private final MatchingWork work;
  private final Map<Where, PrefixMap<Hit<R>>> maps = new HashMap<>();

  /**
   * Of rules in their order.
   *
   * @param globs the patterns of a rule
   */
  GlobIndex(List<R> rules, Function<R, List<Glob>> globs, MatchingWork work) {
    this.work = work;
    List<Hit<R>> rows = new ArrayList<>();
    for (R rule : rules) {
      globs.apply(rule).forEach(glob -> rows.add(new Hit<>(rule, glob, rows.size())));
    }
    Map<String, Integer> counts = new HashMap<>();
    rows.forEach(row -> keys(row.glob).forEach(key -> counts.merge(key.id(), 1, Integer::sum)));
    Map<Where, TreeMap<String, List<Hit<R>>>> sorted = new HashMap<>();
    for (Hit<R> row : rows) {
      Key key = keys(row.glob).min((a, b) -> rarest(a, b, counts)).orElseThrow();
      sorted
          .computeIfAbsent(key.where, where -> new TreeMap<>())
          .computeIfAbsent(key.text, text -> new ArrayList<>(1))
          .add(row);
    }
    sorted.forEach((where, map) -> maps.put(where, new PrefixMap<>(map, work)));
  }

  /** Not made of functions, of which Java makes classes at a start's cost (decision 0030). */
  private static int rarest(Key one, Key other, Map<String, Integer> counts) {
    int rarer = Integer.compare(counts.get(one.id()), counts.get(other.id()));
    int longer = Integer.compare(other.text.length(), one.text.length());
    return rarer != 0 ? rarer : longer != 0 ? longer : one.where.compareTo(other.where);
  }

  /** At least one: all names start with the empty text. */
  private static Stream<Key> keys(Glob glob) {
    Stream<Key> inside = glob.literals().stream().map(text -> new Key(Where.ANYWHERE, text));
    return Stream.concat(
        Stream.of(
                new Key(Where.START, glob.prefix()), new Key(Where.END, turnedRound(glob.suffix())))
            .filter(key -> key.where == Where.START || !key.text.isEmpty()),
        inside);
  }

  private static String turnedRound(String text) {
    return new StringBuilder(text).reverse().toString();
  }

  /** The first rule that has a pattern which fits. */
  Optional<Hit<R>> first(String name) {
    return first(name, rule -> true);
  }

  /** The first rule that has a pattern which fits, of those that are accepted. */
  Optional<Hit<R>> first(String name, Predicate<R> accepted) {
    Hit<R> best = null;
    for (Map.Entry<Where, PrefixMap<Hit<R>>> entry : maps.entrySet()) {
      String text = entry.getKey() == Where.END ? turnedRound(name) : name;
      int last = entry.getKey() == Where.ANYWHERE ? name.length() : 0;
      for (int from = 0; from <= last; from++) {
        for (List<Hit<R>> rows : entry.getValue().of(text, from)) {
          best = first(rows, name, accepted, best);
        }
      }
    }
    return Optional.ofNullable(best);
  }

  /** What the pattern that fits captures of the name. */
  Map<String, String> captures(Hit<R> hit, String name) {
    if (!hit.glob.captureNames().isEmpty()) {
      work.add((long) hit.glob.toString().length() * name.length());
    }
    return hit.glob.captures(name);
  }

  /** The first of the rows before the best so far, or that. */
  private Hit<R> first(List<Hit<R>> rows, String name, Predicate<R> accepted, Hit<R> best) {
    for (Hit<R> row : rows) {
      work.add(4);
      if (best != null && row.number >= best.number) {
        return best;
      }
      if (row.glob.matches(name, work::add) && accepted.test(row.rule)) {
        return row;
      }
    }
    return best;
  }
}
