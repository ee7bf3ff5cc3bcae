// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.expression.Arithmetic;
import org.initium.expression.Substitution;
import org.initium.expression.Tokens;
import org.initium.text.Text;

/**
 * Reads an initializer that is written as text. What a value may be follows from the parameter's
 * kind:
 *
 * <pre>
 * init     := [ module "." ] name [ "(" [ argument { "," argument } ] ")" ]
 * argument := [ name "=" ] ( arithmetic | word | "'" text "'" | init | axes )
 * axes     := arithmetic | "[" arithmetic { "," arithmetic } "]"
 * </pre>
 */
final class Expression {
  private final Tokens tokens;
  private final Arithmetic arithmetic;
  private final Map<String, ?> variables;

  private Expression(String text, Map<String, ?> variables) {
    this.tokens = new Tokens(text);
    this.variables = variables;
    this.arithmetic = new Arithmetic(tokens, variables, Nonlinearity.CalculateGain.BY_NAME);
  }

  static Init init(String text, Map<String, ?> variables) {
    Expression expression = new Expression(text, variables);
    Init init = expression.init();
    expression.tokens.expectEnd("the end");
    return init;
  }

  private Init init() {
    tokens.skipModule();
    int start = tokens.column();
    String name = tokens.path("the name of an initializer");
    try {
      Definition initializer = Catalog.of(name);
      return Init.of(initializer, arguments(initializer));
    } catch (IllegalArgumentException e) { // of an argument, it has a place already
      throw tokens.located(start, e);
    }
  }

  private Map<String, Object> arguments(Definition initializer) {
    Map<String, Object> given = new LinkedHashMap<>();
    if (tokens.skip("(")) {
      tokens.enter();
      boolean named = false;
      for (int i = 0; !tokens.skip(")"); i++) {
        if (i > 0) {
          tokens.expect(",", "',' or ')'");
        }
        int column = tokens.column();
        named |= tokens.isAssignment();
        Parameter parameter =
            tokens.isAssignment() ? named(initializer) : positional(initializer, i, named);
        Object value = value(parameter);
        if (given.put(parameter.name(), value) != null) {
          throw tokens.error(column, "the argument " + parameter.name() + " is given twice");
        }
      }
      tokens.leave();
    }
    return given;
  }

  private Parameter named(Definition initializer) {
    int column = tokens.column();
    String name = tokens.name("the name of an argument");
    tokens.expect("=", "'='");
    try {
      return initializer.parameters().get(initializer.index(name));
    } catch (IllegalArgumentException e) {
      throw tokens.located(column, e);
    }
  }

  private Parameter positional(Definition initializer, int index, boolean named) {
    List<Parameter> parameters = initializer.parameters();
    if (named) {
      throw tokens.error(tokens.column(), "an argument without a name follows one with a name");
    }
    if (index >= parameters.size()) {
      throw tokens.error(
          tokens.column(),
          Text.message(
              "too many arguments: %s takes %s",
              initializer.name(), parameters.isEmpty() ? "none" : initializer.takes()));
    }
    return parameters.get(index);
  }

  private Object value(Parameter parameter) {
    int column = tokens.column();
    Object value =
        parameter.kind() instanceof Parameter.Real real ? number(real) : other(parameter.kind());
    try {
      return parameter.kind().resolve(parameter.name(), value);
    } catch (IllegalArgumentException e) {
      throw tokens.located(column, e);
    }
  }

  private double number(Parameter.Real kind) {
    return kind.finite() ? arithmetic.value() : arithmetic.bound();
  }

  /** The usual arguments do without this switch: the first over classes takes a process 5 ms. */
  private Object other(Parameter.Kind kind) {
    return switch (kind) {
      case Parameter.Real real -> number(real);
      case Parameter.Gain gain -> gain();
      case Parameter.Count count -> arithmetic.value();
      case Parameter.Choice choice -> word(choice.words());
      case Parameter.Nested nested -> init();
      case Parameter.AxisList axes -> axes();
    };
  }

  /** A number, or the word for one; what is neither may be meant as a variable. */
  private Object gain() {
    int column = tokens.column();
    Object value = Arithmetic.plain(arithmetic.argument());
    if (!(value instanceof String word)) {
      return value;
    }
    try {
      return Nonlinearity.parse(word, variables.keySet()).gain();
    } catch (IllegalArgumentException e) {
      throw tokens.located(column, e);
    }
  }

  /**
   * One of some words, or a variable that is one; in quotes {@code {act}} stands for a variable.
   */
  private String word(List<String> words) {
    if (tokens.isQuoted()) {
      return Substitution.fill(tokens.quoted(), variables);
    }
    String word = tokens.name("one of " + String.join(", ", words));
    boolean isVariable = !words.contains(word) && variables.get(word) instanceof String;
    return isVariable ? (String) variables.get(word) : word;
  }

  /** One dimension, or some in brackets or, as in Python, in parentheses. */
  private Object axes() {
    String close = tokens.skip("[") ? "]" : tokens.skip("(") ? ")" : null;
    if (close == null) {
      return arithmetic.value();
    }
    List<Double> axes = new ArrayList<>();
    while (!tokens.skip(close)) {
      if (!axes.isEmpty()) {
        tokens.expect(",", "',' or '" + close + "'");
        if (tokens.skip(close)) {
          break;
        }
      }
      axes.add(arithmetic.value());
    }
    return axes;
  }
}
