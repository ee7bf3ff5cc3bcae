package org.initium;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * Arithmetic on doubles in the arguments of initialisers and in recipes: numbers, variables, {@code
 * + - * / // % **}, parentheses and the functions below, with Python's precedence ({@code //}
 * rounds towards minus infinity, {@code **} binds tighter than a sign on its left and to the
 * right). The functions are StrictMath's, so that an expression has the same value on every
 * machine.
 */
public final class Arithmetic {
  private static final Map<String, DoubleUnaryOperator> FUNCTIONS =
      new TreeMap<>(
          Map.of(
              "sqrt", StrictMath::sqrt,
              "cbrt", StrictMath::cbrt,
              "exp", StrictMath::exp,
              "log", StrictMath::log,
              "log2", x -> StrictMath.log(x) / StrictMath.log(2),
              "floor", StrictMath::floor,
              "ceil", StrictMath::ceil,
              "abs", Math::abs));
  private static final Map<String, DoubleBinaryOperator> FUNCTIONS_OF_TWO =
      new TreeMap<>(Map.of("pow", StrictMath::pow, "min", Math::min, "max", Math::max));

  private final String text;
  private final Map<String, Double> variables;
  private int at;

  private Arithmetic(String text, Map<String, Double> variables) {
    this.text = text;
    this.variables = variables;
  }

  /**
   * The value of an expression.
   *
   * @throws IllegalArgumentException saying what is wrong at which character, or which variable is
   *     not known and which there are
   */
  public static double evaluate(String text, Map<String, Double> variables) {
    Arithmetic parser = new Arithmetic(text, variables);
    double value = parser.sum();
    if (parser.skipSpace() < text.length()) {
      throw parser.unexpected("an operator or the end");
    }
    return value;
  }

  private double sum() {
    double value = product();
    while (true) {
      if (take("+")) {
        value += product();
      } else if (take("-")) {
        value -= product();
      } else {
        return value;
      }
    }
  }

  private double product() {
    double value = signed();
    while (true) {
      if (take("//")) {
        value = StrictMath.floor(value / signed());
      } else if (take("/")) {
        value /= signed();
      } else if (!text.startsWith("**", at) && take("*")) {
        value *= signed();
      } else if (take("%")) {
        double divisor = signed();
        value -= StrictMath.floor(value / divisor) * divisor;
      } else {
        return value;
      }
    }
  }

  private double signed() {
    if (take("-")) {
      return -signed();
    }
    return take("+") ? signed() : power();
  }

  private double power() {
    double base = operand();
    return take("**") ? StrictMath.pow(base, signed()) : base;
  }

  private double operand() {
    if (take("(")) {
      double value = sum();
      expect(")");
      return value;
    }
    int start = skipSpace();
    if (start < text.length() && isNumberPart(text.charAt(start))) {
      return number(start);
    }
    if (start == text.length() || !Character.isJavaIdentifierStart(text.charAt(start))) {
      throw unexpected("a number, a variable or '('");
    }
    while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
      at++;
    }
    String name = text.substring(start, at);
    return take("(") ? call(name) : variable(name, start);
  }

  private double number(int start) {
    while (at < text.length() && isNumberPart(text.charAt(at))) {
      at++;
    }
    boolean exponent = at < text.length() && (text.charAt(at) | 0x20) == 'e';
    if (exponent) {
      at++;
      if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
        at++;
      }
      while (at < text.length() && isNumberPart(text.charAt(at))) {
        at++;
      }
    }
    try {
      return Double.parseDouble(text.substring(start, at));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' in '%s' is not a number".formatted(text.substring(start, at), text), e);
    }
  }

  private static boolean isNumberPart(char c) {
    return c >= '0' && c <= '9' || c == '.';
  }

  private double call(String name) {
    List<Double> arguments = new ArrayList<>();
    do {
      arguments.add(sum());
    } while (take(","));
    expect(")");
    DoubleUnaryOperator one = FUNCTIONS.get(name);
    if (one != null && arguments.size() == 1) {
      return one.applyAsDouble(arguments.getFirst());
    }
    DoubleBinaryOperator two = FUNCTIONS_OF_TWO.get(name);
    if (two != null && arguments.size() == 2) {
      return two.applyAsDouble(arguments.get(0), arguments.get(1));
    }
    throw new IllegalArgumentException(
        "function %s of %d in '%s' is not known; there are %s of one number and %s of two"
            .formatted(
                name,
                arguments.size(),
                text,
                String.join(", ", FUNCTIONS.keySet()),
                String.join(", ", FUNCTIONS_OF_TWO.keySet())));
  }

  private double variable(String name, int start) {
    Double value = variables.get(name);
    if (value != null) {
      return value;
    }
    throw new IllegalArgumentException(
        "variable '%s' at character %d of '%s' is not known; %s"
            .formatted(
                name,
                start + 1,
                text,
                variables.isEmpty()
                    ? "there are none"
                    : "there are " + String.join(", ", new TreeSet<>(variables.keySet()))));
  }

  private int skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private boolean take(String symbol) {
    skipSpace();
    boolean here = text.startsWith(symbol, at);
    at += here ? symbol.length() : 0;
    return here;
  }

  private void expect(String symbol) {
    if (!take(symbol)) {
      throw unexpected("'" + symbol + "'");
    }
  }

  private IllegalArgumentException unexpected(String wanted) {
    return new IllegalArgumentException(
        "%s is missing at character %d of '%s'%s"
            .formatted(
                wanted,
                at + 1,
                text,
                at < text.length() ? ", where '" + text.charAt(at) + "' stands" : ""));
  }
}
