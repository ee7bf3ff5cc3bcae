package org.initium.recipe.plan;

import org.initium.InitiumException;
import org.initium.text.Text;

/** A recipe cannot be followed; the message is one line that starts with file:line:column. */
public class RecipeException extends InitiumException {
  private static final long serialVersionUID = 1;

  public RecipeException(SourcePosition place, String message) {
    super(Text.line(place + ": " + message));
  }

  public RecipeException(SourcePosition place, String message, Throwable cause) {
    super(Text.line(place + ": " + message), cause);
  }
}
