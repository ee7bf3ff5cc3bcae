// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.expression.Arithmetic;
import org.initium.expression.Substitution;
import org.initium.expression.Suggestions;
import org.initium.expression.WordFunction;
import org.initium.initializer.Nonlinearity;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.initium.text.Text;

/**
 * The variables of a recipe, and what is computed from them.
 *
 * @param values numbers, words and lists of those by name: of {@code vars}, of a config.json, or
 *     captured of a tensor's name
 * @param own the names of {@code vars}, which captures and ranges may not have
 * @param work what was worked out so far, for all of the recipe
 */
public record Variables(Map<String, Object> values, Set<String> own, EvaluationWork work) {
  /** The elements of a list: whether one is there is asked for each of a million names. */
  private static final int MOST_ELEMENTS = 1_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");
  private static final String FROM = "from";

  /** To read a character of a pattern, in nanoseconds or so. */
  private static final int PATTERN_STEPS = 30;

  /** Besides the arithmetic of initializers. */
  private Map<String, WordFunction> functions() {
    Map<String, WordFunction> functions = new HashMap<>(Nonlinearity.CalculateGain.BY_NAME);
    functions.put("matches", this::matches);
    return functions;
  }

  /** {@code matches(model_type, '{llama,mistral}')}: as patterns of names match. */
  private double matches(List<Object> arguments) {
    if (arguments.size() == 2
        && arguments.get(0) instanceof String word
        && arguments.get(1) instanceof String pattern) {
      work.addSteps((long) PATTERN_STEPS * pattern.length());
      return Glob.parse(pattern).matches(word, work::addSteps) ? 1 : 0;
    }
    throw new IllegalArgumentException("matches(word, 'pattern') takes a word and a pattern");
  }

  /**
   * Evaluates the {@code vars} in their order; each can use those before it. They are defaults:
   * what a config.json and then the command line give under the same name is taken in their place.
   *
   * @param config what the model's config.json says
   * @param set values that are taken in place of the recipe's
   */
  public static Variables of(
      Optional<YamlNode> vars,
      Map<String, Object> config,
      Map<String, ?> set,
      SourcePosition recipe) {
    Variables variables =
        new Variables(new LinkedHashMap<>(config), new HashSet<>(), new EvaluationWork());
    if (vars.isPresent()) {
      for (YamlNode.Entry entry : YamlFields.entries(vars.get(), "'vars'")) {
        String name = entry.key().text();
        if (name.equals(FROM)) {
          continue; // read already
        }
        if (!NAME.matcher(name).matches()) {
          throw entry.key().wrong("'%s' is not a name of letters, digits and _", name);
        }
        variables.own.add(name);
        if (!variables.knows(name)) {
          String what = Text.message("variable '%s'", name);
          variables.values.put(name, variables.value(entry.value(), what));
        }
        if (set.containsKey(name)) {
          variables.values.put(name, set.get(name));
        }
      }
    }
    for (String name : set.keySet()) {
      if (!variables.knows(name)) {
        throw recipe.wrong(
            "there is no variable '%s' to set; %s",
            name, Suggestions.choice(name, "'vars' has", variables.values.keySet()));
      }
      variables.values.put(name, set.get(name));
    }
    return variables;
  }

  /** A number, a word, or a list of those. */
  private Object value(YamlNode node, String what) {
    if (node instanceof YamlNode.Sequence list) {
      if (list.items().size() > MOST_ELEMENTS) {
        throw node.wrong(
            "%s is a list of %d, of which %d are taken at most",
            what, list.items().size(), MOST_ELEMENTS);
      }
      List<Object> items = new ArrayList<>();
      list.items().forEach(item -> items.add(value(YamlFields.text(item, what), what)));
      return List.copyOf(items);
    }
    String text = YamlFields.text(node, what).text();
    try {
      return Arithmetic.valueOrWord(text, values, functions());
    } catch (IllegalArgumentException e) {
      throw new RecipeException(
          node.place(), what + ": " + e.getMessage() + YamlFields.quotesHint(text), e);
    }
  }

  /** Whether there is a variable of that name. */
  public boolean knows(String name) {
    return values.containsKey(name);
  }

  /** Whether nothing else may have that name: it is one of {@code vars}, or of a range around. */
  public boolean isOwn(String name) {
    return own.contains(name) || values instanceof Layer layer && layer.binds(name);
  }

  /** With what is captured of a name, or counted by a range: instead of what a config has. */
  public Variables with(Map<String, ?> bound) {
    return bound.isEmpty() ? this : new Variables(new Layer(bound, values), own, work);
  }

  /** A text in which {@code {name}} stands for what is captured, or for a variable. */
  public String filledIn(YamlNode.Scalar text) {
    try {
      return Substitution.fill(text.text(), values);
    } catch (IllegalArgumentException e) {
      throw new RecipeException(text.place(), e.getMessage(), e);
    }
  }

  /** The word that a variable holds; another text stands for itself. */
  public String word(String text) {
    return values.get(text) instanceof String word ? word : text;
  }

  /**
   * Throws unless each condition of {@code require} is another number than 0, and says what the
   * variables in it are.
   */
  public void require(YamlNode conditions) {
    for (YamlNode item : conditions.oneOrMore()) {
      if (number(item, "'require'") == 0) {
        String text = YamlFields.text(item, "'require'").text();
        List<String> known = new ArrayList<>();
        Matcher names = NAME.matcher(text.replaceAll("'[^']*'|\"[^\"]*\"", ""));
        while (names.find()) {
          String name = names.group();
          if (knows(name) && known.stream().noneMatch(k -> k.startsWith(name + " = "))) {
            known.add(name + " = " + shown(values.get(name)));
          }
        }
        throw item.wrong(
            "the recipe is for models with %s; here %s",
            text, known.isEmpty() ? "that is 0" : String.join(", ", known));
      }
    }
  }

  private static String shown(Object value) {
    String text = value instanceof Double number ? Arithmetic.print(number) : String.valueOf(value);
    return Text.visible(Text.cut(text, 60));
  }

  /** A finite number from an expression. */
  public double number(YamlNode node, String what) {
    return evaluate(YamlFields.text(node, what).text(), node.place(), what);
  }

  /** A whole number from 0 to 2^53 from an expression. */
  public long count(YamlNode node, String what) {
    return count(YamlFields.text(node, what).text(), node.place(), what);
  }

  /** A whole number from -2^53 to 2^53 from an expression. */
  public long integer(YamlNode node, String what) {
    return integer(YamlFields.text(node, what).text(), node.place(), what);
  }

  public long count(String text, SourcePosition place, String what) {
    long value = integer(text, place, what);
    if (value < 0) {
      throw place.wrong("%s: '%s' is %d, not a whole number of 0 or more", what, text, value);
    }
    return value;
  }

  /** A whole number from -2^53 to 2^53 from an expression. */
  long integer(String text, SourcePosition place, String what) {
    double value = evaluate(text, place, what);
    if (value != Math.rint(value) || Math.abs(value) > 0x1p53) {
      throw place.wrong(
          "%s: '%s' is %s, not a whole number of 0 or more", what, text, Arithmetic.print(value));
    }
    return (long) value;
  }

  private double evaluate(String text, SourcePosition place, String what) {
    work.add(text, place);
    try {
      return Arithmetic.evaluate(text, values, functions());
    } catch (IllegalArgumentException e) {
      throw new RecipeException(
          place, what + ": " + e.getMessage() + YamlFields.quotesHint(text), e);
    }
  }
}
