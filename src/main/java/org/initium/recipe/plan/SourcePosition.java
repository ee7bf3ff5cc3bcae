// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import org.initium.text.Text;

/**
 * Where something stands in a text file; lines and columns count from 1.
 *
 * @param file its name, as errors say it
 * @param line from 1
 * @param column from 1
 * @since 0.1.0
 */
public record SourcePosition(String file, int line, int column) {
  /**
   * {@return what is wrong there}
   *
   * @param template what is wrong and what would be right, as {@link String#format} has it
   * @param arguments of the template
   */
  public RecipeException wrong(String template, Object... arguments) {
    return new RecipeException(this, Text.message(template, arguments));
  }

  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
