// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.expression.Arithmetic;
import org.initium.initializer.Nonlinearity;
import org.initium.io.ModelConfig;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.initium.text.Text;

/**
 * The variables of a recipe, and what is computed from them.
 *
 * @param values numbers by name
 * @param words texts by name: of a config.json, or captured of a tensor's name
 */
public record Variables(Map<String, Double> values, Map<String, String> words) {
  private static final Pattern CAPTURE = Pattern.compile("\\{([A-Za-z_][A-Za-z_0-9]*)\\*?\\}");
  private static final String FROM = "from";

  /**
   * Evaluates the {@code vars} in their order; each can use those before it. They are defaults:
   * what a config.json and then the command line give under the same name is taken in their place.
   *
   * @param config numbers and texts of the model's config.json
   * @param set values that are taken in place of the recipe's
   */
  public static Variables of(
      Optional<YamlNode> vars, ModelConfig config, Map<String, Double> set, SourcePosition recipe) {
    Variables variables =
        new Variables(new LinkedHashMap<>(config.numbers()), new LinkedHashMap<>(config.words()));
    if (vars.isPresent()) {
      for (YamlNode.Entry entry : YamlFields.entries(vars.get(), "'vars'")) {
        String name = entry.key().text();
        if (name.equals(FROM)) {
          continue; // read already
        }
        if (!name.matches("[A-Za-z_][A-Za-z_0-9]*")) {
          throw new RecipeException(
              entry.key().place(),
              Text.message("'%s' is not a name of letters, digits and _", name));
        }
        if (!variables.knows(name)) {
          double own = variables.number(entry.value(), Text.message("variable '%s'", name));
          variables.values.put(name, own);
        }
        if (set.containsKey(name)) {
          variables.values.put(name, set.get(name));
        }
      }
    }
    for (String name : set.keySet()) {
      if (!variables.values.containsKey(name)) {
        throw new RecipeException(
            recipe,
            Text.message(
                "there is no variable '%s' to set; 'vars' has %s",
                name,
                variables.values.isEmpty()
                    ? "none"
                    : String.join(", ", variables.values.keySet())));
      }
      variables.values.put(name, set.get(name));
    }
    return variables;
  }

  /** Whether there is a variable of that name. */
  public boolean knows(String name) {
    return values.containsKey(name) || words.containsKey(name);
  }

  /** With what is captured of a name: a whole number is one in arithmetic, too. */
  public Variables with(Map<String, String> captured) {
    if (captured.isEmpty()) {
      return this;
    }
    Variables all = new Variables(new LinkedHashMap<>(values), new LinkedHashMap<>(words));
    captured.forEach(
        (name, text) -> {
          all.words.put(name, text);
          if (text.matches("[0-9]{1,15}")) {
            all.values.put(name, Double.valueOf(text));
          }
        });
    return all;
  }

  /** A text in which {@code {name}} stands for what is captured, or for a word of the config. */
  public String filledIn(YamlNode.Scalar text) {
    Matcher matcher = CAPTURE.matcher(text.text());
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String word = words.get(matcher.group(1));
      if (word == null) {
        throw new RecipeException(
            text.place(),
            Text.message(
                "'{%s}' is not captured by 'match'; there are %s",
                matcher.group(1), words.isEmpty() ? "no captures" : words.keySet()));
      }
      matcher.appendReplacement(filled, Matcher.quoteReplacement(word));
    }
    return matcher.appendTail(filled).toString();
  }

  /** A message about arithmetic, and that a word is not a number where that may be the reason. */
  public String explained(String message) {
    for (Map.Entry<String, String> word : words.entrySet()) {
      if (!values.containsKey(word.getKey())
          && message.startsWith("unknown variable '" + word.getKey() + "'")) {
        return Text.message(
            "'%s' is '%s', which is not a whole number", word.getKey(), word.getValue());
      }
    }
    return message;
  }

  /** A finite number from an expression. */
  public double number(YamlNode node, String what) {
    String text = YamlFields.text(node, what).text();
    double value = evaluate(text, node.place(), what);
    if (!Double.isFinite(value)) {
      throw new RecipeException(
          node.place(), Text.message("%s: '%s' is %s, not a finite number", what, text, value));
    }
    return value;
  }

  /** A whole number from 0 to 2^53 from an expression. */
  public long count(YamlNode node, String what) {
    return count(YamlFields.text(node, what).text(), node.place(), what);
  }

  public long count(String text, SourcePosition place, String what) {
    long value = integer(text, place, what);
    if (value < 0) {
      throw new RecipeException(
          place,
          Text.message("%s: '%s' is %d, not a whole number of 0 or more", what, text, value));
    }
    return value;
  }

  /** A whole number from -2^53 to 2^53 from an expression. */
  long integer(String text, SourcePosition place, String what) {
    double value = evaluate(text, place, what);
    if (value != Math.rint(value) || Math.abs(value) > 0x1p53) {
      throw new RecipeException(
          place,
          Text.message(
              "%s: '%s' is %s, not a whole number of 0 or more", what, text, plain(value)));
    }
    return (long) value;
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private double evaluate(String text, SourcePosition place, String what) {
    try {
      return Arithmetic.evaluate(text, values, Nonlinearity.FUNCTIONS);
    } catch (IllegalArgumentException e) {
      throw new RecipeException(place, what + ": " + explained(e.getMessage()), e);
    }
  }
}
