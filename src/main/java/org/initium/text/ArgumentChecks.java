// SPDX-License-Identifier: Apache-2.0
package org.initium.text;

/** Argument checks whose messages name the argument, its value and what is allowed. */
public final class ArgumentChecks {
  private ArgumentChecks() {}

  /**
   * Throws unless it holds.
   *
   * @param allowed what the value may be, after "it must be"
   */
  public static void that(boolean holds, String name, Object value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(
          name + " = " + value + " is not allowed; it must be " + allowed);
    }
  }
}
