package org.initium.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.initium.expression.Arithmetic;
import org.initium.initializer.Nonlinearity;
import org.initium.text.Text;

/** The variables of a recipe, and the numbers that are computed from them. */
record Variables(Map<String, Double> values) {
  /**
   * Evaluates the {@code vars} in their order; each can use those before it.
   *
   * @param set values that are taken in place of the recipe's
   */
  static Variables of(Optional<YamlNode> vars, Map<String, Double> set, Place recipe) {
    Variables variables = new Variables(new LinkedHashMap<>());
    if (vars.isPresent()) {
      for (YamlNode.Entry entry : Fields.entries(vars.get(), "'vars'")) {
        String name = entry.key().text();
        if (!name.matches("[A-Za-z_][A-Za-z_0-9]*")) {
          throw new RecipeException(
              entry.key().place(),
              Text.message("'%s' is not a name of letters, digits and _", name));
        }
        double own = variables.number(entry.value(), "variable '" + name + "'");
        variables.values.put(name, set.getOrDefault(name, own));
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
    }
    return variables;
  }

  /** A finite number from an expression. */
  double number(YamlNode node, String what) {
    String text = Fields.text(node, what).text();
    double value = evaluate(text, node.place(), what);
    if (!Double.isFinite(value)) {
      throw new RecipeException(
          node.place(), Text.message("%s: '%s' is %s, not a finite number", what, text, value));
    }
    return value;
  }

  /** A whole number from 0 to 2^53 from an expression. */
  long count(YamlNode node, String what) {
    return count(Fields.text(node, what).text(), node.place(), what);
  }

  long count(String text, Place place, String what) {
    double value = evaluate(text, place, what);
    if (value != Math.rint(value) || value < 0 || value > 0x1p53) {
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

  private double evaluate(String text, Place place, String what) {
    try {
      return Arithmetic.evaluate(text, values, Nonlinearity.FUNCTIONS);
    } catch (IllegalArgumentException e) {
      throw new RecipeException(place, what + ": " + e.getMessage(), e);
    }
  }
}
