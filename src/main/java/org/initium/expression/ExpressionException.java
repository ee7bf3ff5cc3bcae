// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import org.initium.text.Text;

/**
 * What is wrong with an expression, and where.
 *
 * @since 0.1.0
 */
public final class ExpressionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** What is quoted of a long text, before and after the place. */
  private static final int AROUND = 80;

  private final String reason;
  private final int column;

  ExpressionException(String text, int column, String reason, Throwable cause) {
    super(
        reason
            + Text.message(" (column %d of '%s')", column, Text.around(text, column - 1, AROUND)),
        cause);
    this.reason = reason;
    this.column = column;
  }

  /** {@return what is wrong, without the place} */
  public String reason() {
    return reason;
  }

  /** {@return where in the expression's text, counted from 1} */
  public int column() {
    return column;
  }
}
