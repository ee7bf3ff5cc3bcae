package org.initium;

/** What went wrong at run time, as opposed to a bad argument; the message is one line. */
public class InitiumException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With a message that says what, where and what would be right. */
  public InitiumException(String message) {
    super(message);
  }

  /** With the cause. */
  public InitiumException(String message, Throwable cause) {
    super(message, cause);
  }
}
