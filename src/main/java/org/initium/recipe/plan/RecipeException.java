// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import org.initium.InitiumException;
import org.initium.text.Text;

/**
 * A recipe cannot be followed; the message is one line that starts with file:line:column.
 *
 * @since 0.1.0
 */
public class RecipeException extends InitiumException {
  private static final long serialVersionUID = 1;

  /**
   * What is wrong in a recipe.
   *
   * @param place file, line and column
   * @param message what is wrong and what would be right
   */
  public RecipeException(SourcePosition place, String message) {
    super(Text.line(place + ": " + message));
  }

  /**
   * What is wrong in a recipe, found by something else.
   *
   * @param place file, line and column
   * @param message what is wrong and what would be right
   * @param cause what found it
   */
  public RecipeException(SourcePosition place, String message, Throwable cause) {
    super(Text.line(place + ": " + message), cause);
  }
}
