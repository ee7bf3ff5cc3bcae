// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import org.initium.text.Text;

/**
 * The text of an expression and how far it has been read; blanks mean nothing.
 *
 * @since 0.1.0
 */
public final class Tokens {
  private static final String BLANKS = " \t\n\u000b\f\r";
  private static final String[] MODULES = {"torch.nn.init.", "nn.init.", "init.", "math."};

  /** Deeper nesting than this is a mistake or an attack, and would overflow the stack. */
  private static final int MOST_NESTING = 200;

  private final String text;
  private int at;
  private int depth;

  /**
   * Reads a text from its start: numbers, names and symbols, with blanks between them.
   *
   * @param text an expression
   */
  public Tokens(String text) {
    this.text = text;
    this.at = blanks(0);
  }

  /** {@return where the next token starts, counted from 1} */
  public int column() {
    return at + 1;
  }

  /** {@return whether a number is next} */
  public boolean isNumber() {
    return numberEnd() > at;
  }

  /** {@return whether a name and an equals sign are next} */
  public boolean isAssignment() {
    int end = nameEnd();
    int sign = blanks(end);
    return end > at && text.startsWith("=", sign) && !text.startsWith("==", sign);
  }

  /**
   * {@return the value of the number that {@link #isNumber} saw, which is taken}
   *
   * @throws ExpressionException if it is beyond the largest double
   */
  public double number() {
    int column = column();
    String digits = take(numberEnd());
    double value = Double.parseDouble(digits);
    if (Double.isInfinite(value)) {
      throw error(column, Text.cut(digits, 60) + " is beyond the largest double");
    }
    return value;
  }

  /**
   * {@return the name that is next, which is taken}
   *
   * @param wanted what to say was expected if none is next
   * @throws ExpressionException if none is next
   */
  public String name(String wanted) {
    int end = nameEnd();
    if (end == at) {
      throw unexpected(wanted);
    }
    return take(end);
  }

  /**
   * Takes a name, and those that follow it behind dots.
   *
   * @param wanted what to say was expected if none is next
   * @return {@code normal}, or what nothing has for a name: {@code nn.normal}
   * @throws ExpressionException if no name is next, or none is behind a dot
   */
  public String path(String wanted) {
    StringBuilder path = new StringBuilder(name(wanted));
    while (skip(".")) {
      path.append('.').append(name("a name"));
    }
    return path.toString();
  }

  /** {@return whether a text in quotes is next} */
  public boolean isQuoted() {
    return at < text.length() && "'\"".indexOf(text.charAt(at)) >= 0;
  }

  /**
   * {@return the text in the quotes that {@link #isQuoted} saw, which is taken}
   *
   * @throws ExpressionException if the closing one is not there
   */
  public String quoted() {
    int close = text.indexOf(text.charAt(at), at + 1);
    if (close < 0) {
      throw error(
          text.length() + 1, "expected the closing " + text.charAt(at) + " but found the end");
    }
    String quoted = take(close + 1);
    return quoted.substring(1, quoted.length() - 1);
  }

  /**
   * {@return the name that is next if it, or it with an index, is all of an argument; else nothing}
   */
  String peekWord() {
    int end = nameEnd();
    int next = blanks(end);
    next = text.startsWith("[", next) ? blanks(indexEnd(next)) : next;
    boolean isAll = next == text.length() || ",)]".indexOf(text.charAt(next)) >= 0;
    return isAll ? text.substring(at, end) : "";
  }

  /** Passes over the Python module that may stand before a name: it is torch's or math's here. */
  public void skipModule() {
    for (String module : MODULES) {
      if (text.startsWith(module, at)) {
        take(at + module.length());
        return;
      }
    }
  }

  /** Takes a name if it is next, and says whether it was. */
  boolean skipName(String name) {
    return skip(nameEnd(), name);
  }

  /**
   * {@return whether a symbol is next, which is taken then}
   *
   * @param symbol such as {@code **}
   */
  public boolean skip(String symbol) {
    return skip(symbolEnd(), symbol);
  }

  private boolean skip(int end, String token) {
    boolean here = end - at == token.length() && text.startsWith(token, at);
    if (here) {
      take(end);
    }
    return here;
  }

  /**
   * Takes a symbol.
   *
   * @param symbol such as {@code **}
   * @param wanted what to say was expected
   * @throws ExpressionException if it is not next
   */
  public void expect(String symbol, String wanted) {
    if (!skip(symbol)) {
      throw unexpected(wanted);
    }
  }

  /**
   * Checks that nothing is left.
   *
   * @param wanted what to say was expected
   * @throws ExpressionException if a token is
   */
  public void expectEnd(String wanted) {
    if (at < text.length()) {
      throw unexpected(wanted);
    }
  }

  /** Notes that what is read lies one level deeper. */
  public void enter() {
    if (++depth > MOST_NESTING) {
      throw error(column(), "nested more than " + MOST_NESTING + " deep");
    }
  }

  /** Comes out of what {@link #enter} went into. */
  public void leave() {
    depth--;
  }

  /**
   * What found fault with an argument, with the place where that argument stands.
   *
   * @param column of the argument
   * @param fault what was thrown
   * @return the exception, not thrown: the fault itself if it names a place, else with its message
   */
  public ExpressionException located(int column, IllegalArgumentException fault) {
    return fault instanceof ExpressionException located
        ? located
        : new ExpressionException(text, column, fault.getMessage(), fault);
  }

  /**
   * {@return an error in this text, not thrown}
   *
   * @param column where, counted from 1
   * @param reason what is wrong and what would be right
   */
  public ExpressionException error(int column, String reason) {
    return new ExpressionException(text, column, reason, null);
  }

  ExpressionException unexpected(String wanted) {
    String found = "the end";
    if (at < text.length()) {
      int end = Math.max(nameEnd(), numberEnd());
      String token = text.substring(at, end > at ? end : symbolEnd());
      found = "'" + Text.visible(Text.cut(token, 60)) + "'";
    }
    return error(column(), "expected " + wanted + " but found " + found);
  }

  // By hand, where a token of each kind that is next would end: a process's first regular
  // expressions take 5 ms (decision 0026). Where none is next, that is where it would begin.

  private int blanks(int from) {
    int end = from;
    while (end < text.length() && BLANKS.indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    return end;
  }

  /** Letters, underscores and, but for its first, numerals of any script. */
  private int nameEnd() {
    int end = at;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      if (c != '_' && !Character.isLetter(c) && (end == at || !isNumeral(c))) {
        break;
      }
      end += Character.charCount(c);
    }
    return end;
  }

  private static boolean isNumeral(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  /** Digits with or without a point, before or within or behind them, and an exponent. */
  private int numberEnd() {
    int whole = digits(at);
    int fraction = text.startsWith(".", whole) ? digits(whole + 1) : whole;
    if (whole == at && fraction <= at + 1) {
      return at;
    }
    if (!text.startsWith("e", fraction) && !text.startsWith("E", fraction)) {
      return fraction;
    }
    int sign = fraction + 1;
    int power = text.startsWith("+", sign) || text.startsWith("-", sign) ? sign + 1 : sign;
    int end = digits(power);
    return end > power ? end : fraction;
  }

  private int digits(int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  /** {@code **}, {@code //}, a comparison's two characters, or any one character. */
  private int symbolEnd() {
    if (at == text.length()) {
      return at;
    }
    boolean isComparison = "=!<>".indexOf(text.charAt(at)) >= 0 && text.startsWith("=", at + 1);
    return isComparison || text.startsWith("**", at) || text.startsWith("//", at)
        ? at + 2
        : at + Character.charCount(text.codePointAt(at));
  }

  /** An index in brackets, with others within it but none in those. */
  private int indexEnd(int from) {
    int deep = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      deep += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (deep == 0) {
        return i + 1;
      } else if (deep > 2) {
        break;
      }
    }
    return from;
  }

  private String take(int end) {
    String token = text.substring(at, end);
    at = blanks(end);
    return token;
  }
}
