// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.RecipeException;
import org.initium.text.Text;

/**
 * Finds the first rule that matches a name without trying each: a pattern is looked up by what its
 * names start or end with, whichever is longer.
 */
final class RuleIndex {
  /** Of the patterns of which nothing is fixed at either end: each of them is tried. */
  private static final int MOST_LOOSE = 1_000;

  /** A pattern and the number of its rule. */
  private record Row(int rule, Glob glob) {}

  private final List<Rule> rules;
  private final Map<String, Integer> literals = new HashMap<>();

  /** By the length of the text that is looked up, then by the text. */
  private final TreeMap<Integer, Map<String, List<Row>>> byPrefix = new TreeMap<>();

  private final TreeMap<Integer, Map<String, List<Row>>> bySuffix = new TreeMap<>();

  RuleIndex(List<Rule> rules) {
    this.rules = rules;
    int loose = 0;
    for (int r = 0; r < rules.size(); r++) {
      for (Glob glob : rules.get(r).globs()) {
        loose += glob.prefix().isEmpty() && glob.suffix().isEmpty() ? 1 : 0;
        if (loose > MOST_LOOSE) {
          throw new RecipeException(
              rules.get(r).place(),
              Text.message(
                  "more than %d patterns like '%s', which begin and end with '*', '?' or braces;"
                      + " write out how the names begin or end",
                  MOST_LOOSE, glob));
        }
        if (glob.isLiteral()) {
          literals.putIfAbsent(glob.prefix(), r);
        } else if (glob.prefix().length() >= glob.suffix().length()) {
          add(byPrefix, glob.prefix(), new Row(r, glob));
        } else {
          add(bySuffix, glob.suffix(), new Row(r, glob));
        }
      }
    }
  }

  private static void add(TreeMap<Integer, Map<String, List<Row>>> index, String key, Row row) {
    index
        .computeIfAbsent(key.length(), length -> new HashMap<>())
        .computeIfAbsent(key, text -> new ArrayList<>())
        .add(row);
  }

  /** The first rule with a pattern that fits. */
  Optional<Rule> first(String name) {
    int best = literals.getOrDefault(name, Integer.MAX_VALUE);
    for (var byLength : byPrefix.headMap(name.length(), true).entrySet()) {
      best = first(byLength.getValue().get(name.substring(0, byLength.getKey())), name, best);
    }
    for (var byLength : bySuffix.headMap(name.length(), true).entrySet()) {
      String end = name.substring(name.length() - byLength.getKey());
      best = first(byLength.getValue().get(end), name, best);
    }
    return best < rules.size() ? Optional.of(rules.get(best)) : Optional.empty();
  }

  private static int first(List<Row> rows, String name, int best) {
    if (rows == null) {
      return best;
    }
    for (Row row : rows) { // in the order of the rules
      if (row.rule >= best) {
        return best;
      }
      if (row.glob.matches(name)) {
        return row.rule;
      }
    }
    return best;
  }
}
