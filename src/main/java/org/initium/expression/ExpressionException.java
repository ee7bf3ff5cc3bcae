package org.initium.expression;

import org.initium.text.Text;

/** What is wrong with an expression, and where. */
public final class ExpressionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String reason;
  private final int column;

  ExpressionException(String text, int column, String reason, Throwable cause) {
    super(Text.message("%s (column %d of '%s')", reason, column, text), cause);
    this.reason = reason;
    this.column = column;
  }

  /** What is wrong, without the place. */
  public String reason() {
    return reason;
  }

  /** Where in the expression's text, counted from 1. */
  public int column() {
    return column;
  }
}
