// SPDX-License-Identifier: Apache-2.0
package org.initium;

/**
 * A device was asked for that is not there; the message says what was looked for and why not.
 *
 * @since 0.1.0
 */
public class DeviceUnavailableException extends InitiumException {
  private static final long serialVersionUID = 1;

  /**
   * A device that is not there.
   *
   * @param message which, why, and what to do
   */
  public DeviceUnavailableException(String message) {
    super(message);
  }

  /**
   * A device that cannot be used for the reason that a library gave.
   *
   * @param message which, why, and what to do
   * @param cause what the library threw
   */
  public DeviceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
