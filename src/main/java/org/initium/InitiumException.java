// SPDX-License-Identifier: Apache-2.0
package org.initium;

/**
 * What went wrong at run time, as opposed to a bad argument; the message is one line.
 *
 * @since 0.1.0
 */
public class InitiumException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * A failure that is not an argument's.
   *
   * @param message what failed, where, and what would be right
   */
  public InitiumException(String message) {
    super(message);
  }

  /**
   * A failure that another one caused.
   *
   * @param message what failed, where, and what would be right
   * @param cause what was thrown
   */
  public InitiumException(String message, Throwable cause) {
    super(message, cause);
  }
}
