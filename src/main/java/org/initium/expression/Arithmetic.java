// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeSet;
import org.initium.text.Text;

/**
 * Arithmetic on doubles in the arguments of initializers and in recipes: numbers, variables, {@code
 * pi}, {@code + - * / // % **} ({@code ^} is another {@code **}), parentheses and the {@link
 * Functions}, with Python's precedence: {@code //} rounds towards minus infinity, {@code **} binds
 * tighter than a sign on its left and to the right. An expression has the same value, to the bit,
 * on every machine.
 *
 * <pre>
 * sum     := product { ("+" | "-") product }
 * product := unary { ("*" | "/" | "//" | "%") unary }
 * unary   := ("-" | "+") unary | power
 * power   := atom [ ("**" | "^") unary ]
 * atom    := number | variable | function "(" sum { "," sum } ")" | "(" sum ")"
 * </pre>
 *
 * @since 0.1.0
 */
public final class Arithmetic {
  private final Tokens tokens;
  private final Map<String, Double> variables;
  private final Map<String, WordFunction> wordFunctions;

  /**
   * Reads from tokens.
   *
   * @param tokens where the expression begins
   * @param variables values of names
   * @param wordFunctions functions of words, by their names
   */
  public Arithmetic(
      Tokens tokens, Map<String, Double> variables, Map<String, WordFunction> wordFunctions) {
    this.tokens = tokens;
    this.variables = variables;
    this.wordFunctions = wordFunctions;
  }

  /**
   * {@return the value of an arithmetic expression} {@code 0.02/sqrt(2*layers)}.
   *
   * @param text the expression
   * @param variables values of names
   * @throws ExpressionException saying what is wrong where, if it is not an expression, has an
   *     unknown name in it, or a value that is not finite
   */
  public static double evaluate(String text, Map<String, Double> variables) {
    return evaluate(text, variables, Map.of());
  }

  /**
   * The value of an arithmetic expression that may call functions of words, by their names.
   *
   * @param text the expression
   * @param variables values of names
   * @param wordFunctions functions of words, by their names
   * @return the value, finite
   * @throws ExpressionException as {@link #evaluate(String, Map)}
   */
  public static double evaluate(
      String text, Map<String, Double> variables, Map<String, WordFunction> wordFunctions) {
    Tokens tokens = new Tokens(text);
    double value = new Arithmetic(tokens, variables, wordFunctions).value();
    tokens.expectEnd("an operator or the end");
    return value;
  }

  /**
   * {@return the value of an arithmetic expression that must be an integer} {@code 3*width}.
   *
   * @param text the expression
   * @param variables values of names
   * @throws ExpressionException as {@link #evaluate}, and if it is not an integer or beyond 2^53,
   *     where doubles skip integers
   */
  public static long integer(String text, Map<String, Double> variables) {
    double value = evaluate(text, variables);
    if (value != Math.rint(value) || Math.abs(value) > 0x1p53) {
      throw new Tokens(text).error(1, print(value) + " is not an integer from -2^53 to 2^53");
    }
    return (long) value;
  }

  /**
   * {@return a short text that {@link #evaluate} reads back as the same double}
   *
   * @param value any number
   */
  public static String print(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return Double.toString(value).replace(".0", "").replace("Infinity", "inf");
    }
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    boolean plain = exact.precision() - exact.scale() < 18 && exact.scale() < 23;
    return plain ? exact.toPlainString() : exact.toString();
  }

  /**
   * Reads a sum.
   *
   * @return its value, finite
   * @throws ExpressionException if it is none or not finite
   */
  public double value() {
    int column = tokens.column();
    double value = sum();
    if (!Double.isFinite(value)) {
      throw tokens.error(column, "the value is " + value + "; a finite number is needed");
    }
    return value;
  }

  /**
   * Reads a sum, or {@code inf} or {@code -inf}.
   *
   * @return its value, not a NaN
   * @throws ExpressionException if it is none
   */
  public double bound() {
    int column = tokens.column();
    double value = sum();
    if (Double.isNaN(value)) {
      throw tokens.error(column, "the value is not a number; a number, inf or -inf is needed");
    }
    return value;
  }

  private double sum() {
    tokens.enter();
    double value = product();
    while (true) {
      if (tokens.skip("+")) {
        value += product();
      } else if (tokens.skip("-")) {
        value -= product();
      } else {
        tokens.leave();
        return value;
      }
    }
  }

  private double product() {
    double value = unary();
    while (true) {
      if (tokens.skip("*")) {
        value *= unary();
      } else if (tokens.skip("/")) {
        value /= unary();
      } else if (tokens.skip("//")) {
        value = Math.floor(value / unary());
      } else if (tokens.skip("%")) {
        double divisor = unary();
        value -= Math.floor(value / divisor) * divisor;
      } else {
        return value;
      }
    }
  }

  private double unary() {
    tokens.enter();
    double value = tokens.skip("-") ? -unary() : tokens.skip("+") ? unary() : power();
    tokens.leave();
    return value;
  }

  private double power() {
    double base = atom();
    return tokens.skip("**") || tokens.skip("^") ? StrictMath.pow(base, unary()) : base;
  }

  private double atom() {
    if (tokens.skip("(")) {
      double value = sum();
      tokens.expect(")", "')'");
      return value;
    }
    if (tokens.isNumber()) {
      return tokens.number();
    }
    int column = tokens.column();
    String name = tokens.name("a number, a variable or a function");
    if (tokens.skip("(")) {
      return call(name, column);
    }
    if (variables.containsKey(name)) {
      return variables.get(name);
    }
    switch (name) {
      case "pi":
        return Math.PI;
      case "inf":
        return Double.POSITIVE_INFINITY;
      default:
    }
    throw tokens.error(
        column, Suggestions.unknown("variable", name, new TreeSet<>(variables.keySet())));
  }

  private double call(String name, int column) {
    if (wordFunctions.containsKey(name)) {
      return call(wordFunctions.get(name));
    }
    Functions function = tokens.located(column, () -> Functions.parse(name));
    double[] arguments = new double[function.arity()];
    for (int i = 0; i < arguments.length; i++) {
      if (i > 0) {
        tokens.expect(",", Text.message("',': %s takes %d arguments", function, function.arity()));
      }
      arguments[i] = sum();
    }
    tokens.expect(")", "')'");
    return function.of(arguments);
  }

  private double call(WordFunction function) {
    int column = tokens.column();
    String word = tokens.word(function.words());
    double[] number = tokens.skip(",") ? new double[] {sum()} : new double[0];
    double value = tokens.located(column, () -> function.of(word, number));
    tokens.expect(")", "')'");
    return value;
  }
}
