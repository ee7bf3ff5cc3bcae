// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.initium.text.Text;

/**
 * Counts the characters of the expressions that a recipe has worked out: long ones for each of many
 * names would take hours.
 */
public final class EvaluationWork {
  /** Half a minute; a million tensors with sizes of thirty characters are below it. */
  private static final long MOST = 50_000_000;

  private final long most;
  private long done;

  public EvaluationWork() {
    this(MOST);
  }

  EvaluationWork(long most) {
    this.most = most;
  }

  /** Adds an expression, and throws where all are too much. */
  public void add(String text, SourcePosition place) {
    done += text.length();
    if (done > most) {
      throw new RecipeException(
          place,
          Text.message(
              "the expressions of the recipe, each as often as it is worked out, have more than %d"
                  + " characters",
              most));
    }
  }
}
