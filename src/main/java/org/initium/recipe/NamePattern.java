package org.initium.recipe;

import java.util.ArrayList;
import java.util.List;

/**
 * Names of many tensors in one text: {@code {0..11}} stands for each whole number of a range, both
 * ends included, which can be expressions ({@code {0..layers-1}}); {@code {weight,bias}} for each
 * of its texts. Where there are several, the last varies fastest.
 */
final class NamePattern {
  private static final int MOST = 1_000_000;

  private NamePattern() {}

  /** The names, in order. */
  static List<String> expand(YamlNode.Scalar pattern, Variables variables) {
    List<String> names = List.of("");
    String text = pattern.text();
    int at = 0;
    while (at < text.length()) {
      int open = text.indexOf('{', at);
      int close = text.indexOf('}', at);
      if (close >= 0 && (open < 0 || close < open)) {
        throw new RecipeException(
            pattern.place(), "'}' without '{' before it in name '" + text + "'");
      }
      if (open >= 0 && close < 0) {
        throw new RecipeException(
            pattern.place(), "'{' without '}' behind it in name '" + text + "'");
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
            "'{%s}' is neither a range {0..11} nor a list {weight,bias}".formatted(inside));
      }
      return List.of(inside.split(",", -1));
    }
    String what = "range '{" + inside + "}'";
    long first = variables.count(inside.substring(0, dots), pattern.place(), what);
    long last = variables.count(inside.substring(dots + 2), pattern.place(), what);
    if (last < first) {
      throw new RecipeException(
          pattern.place(), "%s is empty: %d comes after %d".formatted(what, first, last));
    }
    checkCount(last - first + 1, pattern);
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
          "'%s' stands for %d names; at most %d are taken".formatted(pattern.text(), count, MOST));
    }
  }
}
