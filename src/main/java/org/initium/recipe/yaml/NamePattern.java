// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import java.util.ArrayList;
import java.util.List;
import org.initium.recipe.plan.RecipeException;
import org.initium.text.Text;

/**
 * Names of many tensors in one text: {@code {0..11}} stands for each whole number of a range, both
 * ends included, which can be expressions ({@code {0..layers-1}}); {@code {weight,bias}} for each
 * of its texts. Where there are several, the last varies fastest. A range may be empty, {@code
 * {0..dense-1}} with dense = 0, and the pattern then stands for no name.
 */
public final class NamePattern {
  /** Of the names of a recipe, those of groups among them. */
  public static final int MOST = 1_000_000;

  private NamePattern() {}

  /** The names, in order. */
  public static List<String> expand(YamlNode.Scalar pattern, Variables variables) {
    List<String> names = List.of("");
    String text = pattern.text();
    int at = 0;
    while (at < text.length()) {
      int open = text.indexOf('{', at);
      int close = text.indexOf('}', at);
      if (close >= 0 && (open < 0 || close < open)) {
        throw new RecipeException(
            pattern.place(),
            Text.message("'}' without '{' before it in name '%s'", Text.around(text, close, 60)));
      }
      if (open >= 0 && close < 0) {
        throw new RecipeException(
            pattern.place(),
            Text.message("'{' without '}' behind it in name '%s'", Text.around(text, open, 60)));
      }
      int literalEnd = open < 0 ? text.length() : open;
      List<String> choices =
          open < 0 ? List.of("") : choices(text.substring(open + 1, close), pattern, variables);
      names = append(names, text.substring(at, literalEnd), choices, pattern);
      at = open < 0 ? text.length() : close + 1;
    }
    return names;
  }

  private static List<String> append(
      List<String> names, String literal, List<String> choices, YamlNode.Scalar pattern) {
    checkCount((long) names.size() * choices.size(), pattern);
    List<String> longer = new ArrayList<>(names.size() * choices.size());
    for (String name : names) {
      for (String choice : choices) {
        longer.add(name + literal + choice);
      }
    }
    return longer;
  }

  private static List<String> choices(String inside, YamlNode.Scalar pattern, Variables variables) {
    int dots = inside.indexOf("..");
    if (dots < 0) {
      if (!inside.contains(",")) {
        throw new RecipeException(
            pattern.place(),
            Text.message("'{%s}' is neither a range {0..11} nor a list {weight,bias}", inside));
      }
      return List.of(inside.split(",", -1));
    }
    String what = Text.message("range '{%s}'", inside);
    long first = variables.count(inside.substring(0, dots), pattern.place(), what);
    long last = variables.integer(inside.substring(dots + 2), pattern.place(), what);
    checkCount(last - first + 1, pattern); // none where the last comes before the first
    List<String> numbers = new ArrayList<>();
    for (long n = first; n <= last; n++) {
      numbers.add(Long.toString(n));
    }
    return numbers;
  }

  private static void checkCount(long count, YamlNode.Scalar pattern) {
    if (count > MOST) {
      throw new RecipeException(
          pattern.place(),
          Text.message(
              "'%s' stands for %d names; at most %d are taken", pattern.text(), count, MOST));
    }
  }
}
