package org.initium;

/** A device was asked for that is not there; the message says what was looked for and why not. */
public class DeviceUnavailableException extends InitiumException {
  private static final long serialVersionUID = 1;

  /** With the reason. */
  public DeviceUnavailableException(String message) {
    super(message);
  }

  /** With the reason and its cause. */
  public DeviceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
