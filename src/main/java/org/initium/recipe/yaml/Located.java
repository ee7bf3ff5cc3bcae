// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;

/** What stands somewhere in a recipe. */
public interface Located {
  SourcePosition place();

  /** What is wrong with it, and what would be right. */
  default RecipeException wrong(String template, Object... arguments) {
    return place().wrong(template, arguments);
  }
}
