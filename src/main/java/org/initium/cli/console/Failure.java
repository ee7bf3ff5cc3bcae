// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.console;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.initium.io.MalformedFileException;
import org.initium.recipe.plan.RecipeException;
import org.initium.text.Text;

/**
 * What went wrong, as the command line tells it.
 *
 * @param message one line
 * @param status the exit status
 */
public record Failure(String message, int status) {
  /** What Throwable.toString begins with, where a message is made of another's. */
  private static final String EXCEPTION =
      "\\b[a-z][a-z0-9]*(\\.[a-z][a-z0-9]*)+\\.[A-Z]\\w*(Exception|Error): ";

  public static final int FAILED = 1;
  public static final int BAD_INPUT = 2;

  public static Failure of(Throwable error) {
    return switch (error) {
      case IllegalArgumentException e -> new Failure(said(e), BAD_INPUT);
      case RecipeException e -> new Failure(said(e), BAD_INPUT);
      case MalformedFileException e -> new Failure(said(e), BAD_INPUT);
      case NoSuchFileException e -> new Failure("no file " + e.getFile() + reason(e), BAD_INPUT);
      case FileNotFoundException e -> new Failure("no file " + said(e), BAD_INPUT);
      case AccessDeniedException e -> new Failure("no permission for " + e.getFile(), FAILED);
      case FileSystemException e -> new Failure(Text.reason(e.getFile(), e), FAILED);
      case UncheckedIOException e -> of(e.getCause());
      case OutOfMemoryError e -> new Failure("out of memory: " + said(e), FAILED);
      case StackOverflowError e -> new Failure("the input is nested too deep", BAD_INPUT);
      default -> new Failure(said(error), FAILED);
    };
  }

  private static String reason(NoSuchFileException e) {
    return e.getReason() == null ? "" : "; " + e.getReason() + ": give one of its files";
  }

  /**
   * The innermost thing that is said: what a class loader wraps in an error of its own says nothing
   * by itself. Where nobody says anything, the kind of the error in words.
   */
  private static String said(Throwable error) {
    Throwable inner = error;
    while (inner.getCause() != null
        && (inner instanceof LinkageError
            || inner.getMessage() == null
            || inner.getMessage().equals(inner.getCause().toString()))) {
      inner = inner.getCause();
    }
    return inner.getMessage() == null || inner.getMessage().isBlank()
        ? Text.words(inner.getClass())
        : inner.getMessage();
  }

  /** A message on one line that a terminal takes for text alone. */
  public static String line(String message) {
    return Text.line(message.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll(EXCEPTION, ""));
  }

  /** Prints the line, and the stack trace where INITIUM_TRACE is set. */
  public int report(Throwable error) {
    System.err.println("initium: " + line(message));
    if (System.getenv("INITIUM_TRACE") != null) {
      error.printStackTrace();
    }
    return status;
  }
}
