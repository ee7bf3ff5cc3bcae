// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

/**
 * Argument checks whose messages name the argument, its value and what is allowed.
 *
 * @since 0.1.0
 */
public final class ArgumentChecks {
  private ArgumentChecks() {}

  /**
   * Throws unless it holds.
   *
   * @param holds what must be true
   * @param name of the argument
   * @param value that it has
   * @param allowed what it may be, after "it must be"
   * @throws IllegalArgumentException {@code name = value is not allowed; it must be allowed}
   */
  public static void that(boolean holds, String name, Object value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(
          name + " = " + value + " is not allowed; it must be " + allowed);
    }
  }
}
