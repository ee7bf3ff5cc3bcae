// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.text.Text;

/**
 * Names of many tensors in one text: {@code {0..11}} stands for each whole number of a range, both
 * ends included, which can be expressions ({@code {0..layers-1}}); {@code {weight,bias}} for each
 * of its texts. Where there are several, the last varies fastest. A range may be empty, {@code
 * {0..dense-1}} with dense = 0, and the pattern then stands for no name. A range may have a name,
 * {@code {n=0..11}}, which is a variable of what the names stand for.
 */
public final class NamePattern {
  /** Of the names of a recipe, those of groups among them. */
  public static final int MOST = 1_000_000;

  /** Of all those names together; a file's header has 100 MB. */
  public static final long MOST_CHARACTERS = 200_000_000;

  private static final Pattern BINDING =
      Pattern.compile("\\s*([A-Za-z_][A-Za-z_0-9]*)\\s*=(?!=)(.*)", Pattern.DOTALL);

  private NamePattern() {}

  /**
   * A name.
   *
   * @param bound the numbers in it that have a name
   */
  public record Name(String text, Map<String, Double> bound) {
    private Name with(String literal, String choice, String variable) {
      Map<String, Double> all = bound;
      if (!variable.isEmpty()) {
        all = new HashMap<>(bound);
        all.put(variable, Double.valueOf(choice));
      }
      return new Name(text + literal + choice, all);
    }
  }

  /** The names, in order. */
  public static List<Name> expand(YamlNode.Scalar pattern, Variables variables) {
    List<Name> names = List.of(new Name("", Map.of()));
    String text = pattern.text();
    int at = 0;
    while (at < text.length()) {
      int open = text.indexOf('{', at);
      int close = text.indexOf('}', at);
      if (close >= 0 && (open < 0 || close < open)) {
        throw pattern.wrong("'}' without '{' before it in name '%s'", Text.around(text, close, 60));
      }
      if (open >= 0 && close < 0) {
        throw pattern.wrong("'{' without '}' behind it in name '%s'", Text.around(text, open, 60));
      }
      int literalEnd = open < 0 ? text.length() : open;
      String inside = open < 0 ? "" : text.substring(open + 1, close);
      Matcher binding = BINDING.matcher(inside);
      String variable = binding.matches() ? binding.group(1) : "";
      String range = variable.isEmpty() ? inside : binding.group(2);
      if (!variable.isEmpty() && !names.isEmpty()) {
        checkFree(variable, names.getFirst(), variables, pattern);
      }
      List<String> choices = open < 0 ? List.of("") : choices(range, inside, pattern, variables);
      names = append(names, text.substring(at, literalEnd), choices, variable, pattern);
      at = open < 0 ? text.length() : close + 1;
    }
    return names;
  }

  private static void checkFree(
      String variable, Name name, Variables variables, YamlNode.Scalar pattern) {
    if (variables.isOwn(variable) || name.bound().containsKey(variable)) {
      throw pattern.wrong("range '{%s=...}' has the name of a variable that is there", variable);
    }
  }

  private static List<Name> append(
      List<Name> names,
      String literal,
      List<String> choices,
      String variable,
      YamlNode.Scalar pattern) {
    long count = (long) names.size() * choices.size();
    checkCount(count, pattern);
    if (count > 0) {
      long before = names.stream().mapToLong(name -> name.text().length()).sum();
      long chosen = choices.stream().mapToLong(String::length).sum();
      long characters = choices.size() * before + count * literal.length() + names.size() * chosen;
      checkCharacters(characters, pattern);
    }
    List<Name> longer = new ArrayList<>(names.size() * choices.size());
    for (Name name : names) {
      for (String choice : choices) {
        longer.add(name.with(literal, choice, variable));
      }
    }
    return longer;
  }

  private static List<String> choices(
      String range, String inside, YamlNode.Scalar pattern, Variables variables) {
    int dots = range.indexOf("..");
    if (dots < 0) {
      if (!inside.contains(",") || !range.equals(inside)) {
        throw pattern.wrong("'{%s}' is neither a range {0..11} nor a list {weight,bias}", inside);
      }
      return List.of(inside.split(",", -1));
    }
    String what = Text.message("range '{%s}'", inside);
    long first = variables.count(range.substring(0, dots), pattern.place(), what);
    long last = variables.integer(range.substring(dots + 2), pattern.place(), what);
    checkCount(last - first + 1, pattern); // none where the last comes before the first
    List<String> numbers = new ArrayList<>();
    for (long n = first; n <= last; n++) {
      numbers.add(Long.toString(n));
    }
    return numbers;
  }

  /** Refuses names that would fill the heap. */
  public static void checkCharacters(long characters, YamlNode.Scalar pattern) {
    if (characters > MOST_CHARACTERS) {
      throw pattern.wrong(
          "with '%s' the names have more than %d characters, which are taken at most",
          Text.cut(pattern.text(), 60), MOST_CHARACTERS);
    }
  }

  private static void checkCount(long count, YamlNode.Scalar pattern) {
    if (count > MOST) {
      throw pattern.wrong(
          "'%s' stands for %d names; at most %d are taken", pattern.text(), count, MOST);
    }
  }
}
