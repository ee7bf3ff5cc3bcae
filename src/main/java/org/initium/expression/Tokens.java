// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.text.Text;

/**
 * The text of an expression and how far it has been read; blanks mean nothing.
 *
 * @since 0.1.0
 */
public final class Tokens {
  private static final Pattern BLANKS = Pattern.compile("\\s*");
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Pattern NUMBER = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern ASSIGNMENT = Pattern.compile(NAME + "\\s*=(?!=)");
  private static final Pattern SYMBOL = Pattern.compile("\\*\\*|//|[=!<>]=|.", Pattern.DOTALL);
  private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
  private static final Pattern MODULE = Pattern.compile("(((torch\\.)?nn\\.)?init|math)\\.");

  /** A name that is all of an argument, or an element of a list. */
  private static final Pattern WORD =
      Pattern.compile(
          "(" + NAME + ")\\s*(\\[(?:[^\\[\\]]|\\[[^\\[\\]]*\\])*\\]\\s*)?(?=[,)\\]]|\\z)");

  /** Deeper nesting than this is a mistake or an attack, and would overflow the stack. */
  private static final int MOST_NESTING = 200;

  private final String text;
  private final Matcher matcher;
  private int at;
  private int depth;

  /**
   * Reads a text from its start: numbers, names and symbols, with blanks between them.
   *
   * @param text an expression
   */
  public Tokens(String text) {
    this.text = text;
    this.matcher = BLANKS.matcher(text);
    take(BLANKS);
  }

  /** {@return where the next token starts, counted from 1} */
  public int column() {
    return at + 1;
  }

  /** {@return whether a number is next} */
  public boolean isNumber() {
    return sees(NUMBER);
  }

  /** {@return whether a name and an equals sign are next} */
  public boolean isAssignment() {
    return sees(ASSIGNMENT);
  }

  /**
   * {@return the value of the number that {@link #isNumber} saw, which is taken}
   *
   * @throws ExpressionException if it is beyond the largest double
   */
  public double number() {
    int column = column();
    String digits = take(NUMBER);
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
    if (!sees(NAME)) {
      throw unexpected(wanted);
    }
    return take(NAME);
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
    if (!sees(QUOTED)) {
      throw error(
          text.length() + 1, "expected the closing " + text.charAt(at) + " but found the end");
    }
    String quoted = take(QUOTED);
    return quoted.substring(1, quoted.length() - 1);
  }

  /**
   * {@return the name that is next if it, or it with an index, is all of an argument; else nothing}
   */
  String peekWord() {
    return sees(WORD) ? matcher.group(1) : "";
  }

  /** Passes over the Python module that may stand before a name: it is torch's or math's here. */
  public void skipModule() {
    if (sees(MODULE)) {
      take(MODULE);
    }
  }

  /** Takes a name if it is next, and says whether it was. */
  boolean skipName(String name) {
    return skip(NAME, name);
  }

  /**
   * {@return whether a symbol is next, which is taken then}
   *
   * @param symbol such as {@code **}
   */
  public boolean skip(String symbol) {
    return skip(SYMBOL, symbol);
  }

  private boolean skip(Pattern kind, String token) {
    boolean here = sees(kind) && matcher.group().equals(token);
    if (here) {
      take(kind);
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
      String token = sees(NAME) || sees(NUMBER) || sees(SYMBOL) ? matcher.group() : "";
      found = "'" + Text.visible(Text.cut(token, 60)) + "'";
    }
    return error(column(), "expected " + wanted + " but found " + found);
  }

  private boolean sees(Pattern pattern) {
    return matcher.usePattern(pattern).region(at, text.length()).lookingAt();
  }

  private String take(Pattern pattern) {
    sees(pattern);
    String token = matcher.group();
    at = matcher.end();
    if (sees(BLANKS)) {
      at = matcher.end();
    }
    return token;
  }
}
