// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.initium.text.Text;

/**
 * Arithmetic on doubles in the arguments of initializers and in recipes: numbers, variables, {@code
 * pi}, {@code + - * / // % **} ({@code ^} is another {@code **}), comparisons, {@code and}, {@code
 * or} and {@code not}, which are 1 or 0, parentheses and the {@link Functions}, with Python's
 * precedence: {@code //} rounds towards minus infinity, {@code **} binds tighter than a sign on its
 * left and to the right. An expression has the same value, to the bit, on every machine.
 *
 * <p>A variable is a number, a word or a list of those. {@code list[0]} is an element of a list,
 * {@code list[-1]} the last; a word of digits is a number, too; other words are arguments of
 * functions.
 *
 * <pre>{@code
 * value   := either [ "if" value "else" value ]
 * either  := both { "or" both }
 * both    := truth { "and" truth }
 * truth   := "not" truth | sum [ ("==" | "!=" | "&lt;" | "&lt;=" | ">" | ">=") sum ]
 * sum     := product { ("+" | "-") product }
 * product := unary { ("*" | "/" | "//" | "%") unary }
 * unary   := ("-" | "+") unary | power
 * power   := atom [ ("**" | "^") unary ]
 * atom    := number | variable [ "[" value "]" ] | function "(" value { "," value } ")"
 *          | "(" value ")"
 * }</pre>
 *
 * <p>Before a name, the modules of Python's programs may stand: {@code math.}, {@code nn.init.}.
 *
 * @since 0.1.0
 */
public final class Arithmetic {
  private static final Map<String, Double> CONSTANTS =
      Map.of("pi", Math.PI, "inf", Double.POSITIVE_INFINITY, "true", 1.0, "false", 0.0);

  private final Tokens tokens;
  private final Map<String, ?> variables;
  private final Map<String, WordFunction> wordFunctions;

  /**
   * Reads from tokens.
   *
   * @param tokens where the expression begins
   * @param variables values of names: numbers, words and lists of those
   * @param wordFunctions functions of words, by their names
   */
  public Arithmetic(
      Tokens tokens, Map<String, ?> variables, Map<String, WordFunction> wordFunctions) {
    this.tokens = tokens;
    this.variables = variables;
    this.wordFunctions = wordFunctions;
  }

  /**
   * {@return the value of an arithmetic expression, finite} {@code 0.02/sqrt(2*layers)}.
   *
   * @param text the expression
   * @param variables values of names: numbers, words and lists of those
   * @param wordFunctions functions of words, by their names
   * @throws ExpressionException saying what is wrong where, if it is not an expression, has an
   *     unknown name in it, or a value that is not finite
   */
  public static double evaluate(
      String text, Map<String, ?> variables, Map<String, WordFunction> wordFunctions) {
    Tokens tokens = new Tokens(text);
    double value = new Arithmetic(tokens, variables, wordFunctions).value();
    tokens.expectEnd("an operator or the end");
    return value;
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
   * {@return what a variable is set to} A number, or where the text is one word that is not the
   * name of a variable, that word: {@code act: gelu}. Quotes make a word of any text, brackets a
   * list of numbers or words.
   *
   * @param text an expression, or a word
   * @param variables values of names: numbers, words and lists of those
   * @param wordFunctions functions of words, by their names
   * @throws ExpressionException as {@link #evaluate}
   */
  public static Object valueOrWord(
      String text, Map<String, ?> variables, Map<String, WordFunction> wordFunctions) {
    Tokens tokens = new Tokens(text);
    Arithmetic arithmetic = new Arithmetic(tokens, variables, wordFunctions);
    Object value = tokens.skip("[") ? arithmetic.arguments("]") : arithmetic.argument();
    tokens.expectEnd("an operator or the end");
    return value;
  }

  /**
   * {@return the value that is read, finite}
   *
   * @throws ExpressionException if it is none or not finite
   */
  public double value() {
    int column = tokens.column();
    return finite(condition(), column);
  }

  private double finite(double value, int column) {
    if (!Double.isFinite(value)) {
      throw tokens.error(column, "the value is " + value + "; a finite number is needed");
    }
    return value;
  }

  /**
   * {@return the value that is read, which may be {@code inf} or {@code -inf} but not a NaN}
   *
   * @throws ExpressionException if it is none
   */
  public double bound() {
    int column = tokens.column();
    double value = condition();
    if (Double.isNaN(value)) {
      throw tokens.error(column, "the value is not a number; a number, inf or -inf is needed");
    }
    return value;
  }

  /** Where there is no comparison and no word, a sum. Both sides of an "if" are worked out. */
  private double condition() {
    tokens.enter();
    double value = either();
    if (tokens.skipName("if")) {
      boolean holds = condition() != 0;
      if (!tokens.skipName("else")) {
        throw tokens.unexpected("'else'");
      }
      double other = condition();
      value = holds ? value : other;
    }
    tokens.leave();
    return value;
  }

  private double either() {
    double value = both();
    while (tokens.skipName("or")) {
      double other = both();
      value = value != 0 || other != 0 ? 1 : 0;
    }
    return value;
  }

  private double both() {
    double value = truth();
    while (tokens.skipName("and")) {
      double other = truth();
      value = value != 0 && other != 0 ? 1 : 0;
    }
    return value;
  }

  private double truth() {
    tokens.enter();
    double value = tokens.skipName("not") ? (truth() == 0 ? 1 : 0) : comparison();
    tokens.leave();
    return value;
  }

  private double comparison() {
    double left = sum();
    if (tokens.skip("==")) {
      return left == sum() ? 1 : 0;
    } else if (tokens.skip("!=")) {
      return left != sum() ? 1 : 0;
    } else if (tokens.skip("<=")) {
      return left <= sum() ? 1 : 0;
    } else if (tokens.skip(">=")) {
      return left >= sum() ? 1 : 0;
    } else if (tokens.skip("<")) {
      return left < sum() ? 1 : 0;
    }
    return tokens.skip(">") ? (left > sum() ? 1 : 0) : left;
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
      double value = condition();
      tokens.expect(")", "')'");
      return value;
    }
    if (tokens.isNumber()) {
      return tokens.number();
    }
    tokens.skipModule();
    int column = tokens.column();
    String name = tokens.name("a number, a variable or a function");
    return tokens.skip("(") ? call(name, column) : number(named(name, column), name, column);
  }

  /** What a name stands for: a number, a word or a list. */
  private Object named(String name, int column) {
    Object value = variables.get(name);
    if (value instanceof List<?> list && tokens.skip("[")) {
      return element(list, name);
    }
    if (value != null && tokens.skip("[")) {
      throw tokens.error(column, Text.message("'%s' is %s, not a list", name, shown(value)));
    }
    if (value != null) {
      return value;
    }
    if (CONSTANTS.containsKey(name)) {
      return CONSTANTS.get(name);
    }
    String call = callWith(name);
    throw tokens.error(
        column,
        call == null
            ? Suggestions.unknown("variable", name, new TreeSet<>(variables.keySet()))
            : Text.message("unknown variable '%s'; did you mean %s?", name, call));
  }

  /** {@code calculate_gain(relu)} for {@code relu}, or null: a word that has a number. */
  private String callWith(String word) {
    for (Map.Entry<String, WordFunction> function : wordFunctions.entrySet()) {
      try {
        function.getValue().of(List.of(word));
        return function.getKey() + "(" + word + ")";
      } catch (IllegalArgumentException e) {
        continue; // it is no word of this function's
      }
    }
    return null;
  }

  private Object element(List<?> list, String name) {
    int column = tokens.column();
    double given = condition();
    tokens.expect("]", "']'");
    double index = given < 0 ? given + list.size() : given;
    if (index != Math.rint(index) || index < 0 || index >= list.size()) {
      throw tokens.error(
          column,
          Text.message(
              "there is no %s[%s]: %s has %s, counted from 0",
              name, print(given), name, Text.count(list.size(), "element")));
    }
    return list.get((int) index);
  }

  private static String shown(Object value) {
    return value instanceof Double number
        ? print(number)
        : "'" + Text.visible(Text.cut(value + "", 60)) + "'";
  }

  private double number(Object value, String name, int column) {
    if (plain(value) instanceof Double number) { // no switches on a start's way: decision 0030
      return number;
    }
    throw tokens.error(
        column,
        value instanceof List
            ? Text.message("'%s' is a list; '%s[0]' is its first element", name, name)
            : Text.message("'%s' is %s, which is not a number", name, shown(value)));
  }

  /**
   * {@return what a value counts as} A word of digits, which a pattern captures, is a number.
   *
   * @param value a number, a word or a list
   */
  public static Object plain(Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    boolean isNumber = value instanceof String word && word.matches("[0-9]{1,15}");
    return isNumber ? Double.valueOf((String) value) : value;
  }

  private double call(String name, int column) {
    WordFunction ofWords = wordFunctions.getOrDefault(name, ListFunctions.BY_NAME.get(name));
    if (ofWords != null) {
      int first = tokens.column();
      List<Object> arguments = arguments(")");
      try {
        return ofWords.of(arguments);
      } catch (IllegalArgumentException e) {
        throw tokens.located(first, e);
      }
    }
    Functions function = function(name, column);
    double[] arguments = new double[function.arity()];
    for (int i = 0; i < arguments.length; i++) {
      if (i > 0) {
        tokens.expect(",", Text.message("',': %s takes %d arguments", function, function.arity()));
      }
      arguments[i] = condition();
    }
    tokens.expect(")", "')'");
    return function.of(arguments);
  }

  private Functions function(String name, int column) {
    try {
      return Functions.parse(name);
    } catch (IllegalArgumentException e) {
      throw tokens.located(column, e);
    }
  }

  private List<Object> arguments(String close) {
    List<Object> arguments = new ArrayList<>();
    while (!tokens.skip(close)) {
      if (!arguments.isEmpty()) {
        tokens.expect(",", "',' or '" + close + "'");
      }
      arguments.add(argument());
    }
    return List.copyOf(arguments);
  }

  /**
   * {@return the argument of a function of words that is read} A text in quotes; a variable or an
   * element of one; a word where there is no such; a number.
   *
   * @throws ExpressionException if it is none of those
   */
  public Object argument() {
    int column = tokens.column();
    if (tokens.isQuoted()) {
      return tokens.quoted();
    }
    String word = tokens.peekWord();
    if (word.isEmpty()) {
      return finite(condition(), column);
    }
    tokens.name("a word");
    if (CONSTANTS.containsKey(word) && !variables.containsKey(word)) {
      return finite(CONSTANTS.get(word), column);
    }
    return variables.containsKey(word) ? named(word, column) : word;
  }
}
