package org.initium.expression;

import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.text.Text;

/** The text of an expression and how far it has been read; blanks mean nothing. */
public final class Tokens {
  private static final Pattern BLANKS = Pattern.compile("\\s*");
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Pattern NUMBER = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern ASSIGNMENT = Pattern.compile(NAME + "\\s*=");
  private static final Pattern SYMBOL = Pattern.compile("\\*\\*|//|.", Pattern.DOTALL);

  /** Deeper nesting than this is a mistake or an attack, and would overflow the stack. */
  private static final int MOST_NESTING = 200;

  private final String text;
  private final Matcher matcher;
  private int at;
  private int depth;

  public Tokens(String text) {
    this.text = text;
    this.matcher = BLANKS.matcher(text);
    take(BLANKS);
  }

  /** Where the next token starts, counted from 1. */
  public int column() {
    return at + 1;
  }

  public boolean isNumber() {
    return sees(NUMBER);
  }

  public boolean isAssignment() {
    return sees(ASSIGNMENT);
  }

  public double number() {
    int column = column();
    String digits = take(NUMBER);
    double value = Double.parseDouble(digits);
    if (Double.isInfinite(value)) {
      throw error(column, Text.cut(digits, 60) + " is beyond the largest double");
    }
    return value;
  }

  public String name(String wanted) {
    if (!sees(NAME)) {
      throw unexpected(wanted);
    }
    return take(NAME);
  }

  /** A word that may stand in quotes; the known ones go into the message. */
  public String word(List<String> known) {
    String quote = skip("'") ? "'" : skip("\"") ? "\"" : null;
    String word = name("one of " + String.join(", ", known));
    if (quote != null) {
      expect(quote, "the closing " + quote);
    }
    return word;
  }

  public boolean skip(String symbol) {
    boolean here = sees(SYMBOL) && matcher.group().equals(symbol);
    if (here) {
      take(SYMBOL);
    }
    return here;
  }

  public void expect(String symbol, String wanted) {
    if (!skip(symbol)) {
      throw unexpected(wanted);
    }
  }

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

  public void leave() {
    depth--;
  }

  /** Does what may find fault with an argument, and says where that argument stands. */
  public <T> T located(int column, Supplier<T> step) {
    try {
      return step.get();
    } catch (ExpressionException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new ExpressionException(text, column, e.getMessage(), e);
    }
  }

  public ExpressionException error(int column, String reason) {
    return new ExpressionException(text, column, reason, null);
  }

  private ExpressionException unexpected(String wanted) {
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
