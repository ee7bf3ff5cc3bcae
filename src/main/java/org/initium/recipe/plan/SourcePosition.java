// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

/**
 * Where something stands in a text file; lines and columns count from 1.
 *
 * @param file its name, as errors say it
 * @param line from 1
 * @param column from 1
 * @since 0.1.0
 */
public record SourcePosition(String file, int line, int column) {
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
