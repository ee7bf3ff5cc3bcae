package org.initium.cli;

import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.initium.InitiumException;
import org.initium.io.MalformedFileException;
import org.initium.recipe.RecipeException;

/**
 * What went wrong, as the command line tells it.
 *
 * @param message one line
 * @param status the exit status
 */
record Failure(String message, int status) {
  static final int FAILED = 1;
  static final int BAD_INPUT = 2;

  static Failure of(Throwable error) {
    return switch (error) {
      case RecipeException e -> new Failure(e.getMessage(), BAD_INPUT);
      case MalformedFileException e -> new Failure(e.getMessage(), BAD_INPUT);
      case IllegalArgumentException e -> new Failure(e.getMessage(), BAD_INPUT);
      case NoSuchFileException e -> new Failure("no file " + e.getMessage(), BAD_INPUT);
      case FileNotFoundException e -> new Failure("no file " + e.getMessage(), BAD_INPUT);
      case AccessDeniedException e -> new Failure("no permission for " + e.getMessage(), FAILED);
      case FileSystemException e ->
          new Failure(
              e.getFile() + ": " + (e.getReason() == null ? e.toString() : e.getReason()), FAILED);
      case InitiumException e -> new Failure(e.getMessage(), FAILED);
      case OutOfMemoryError e -> new Failure("out of memory: " + e.getMessage(), FAILED);
      default ->
          new Failure(
              error.getMessage() == null || error instanceof RuntimeException
                  ? error.toString()
                  : error.getMessage(),
              FAILED);
    };
  }

  /** Prints the line, and the stack trace where INITIUM_TRACE is set. */
  int report(Throwable error) {
    System.err.println("initium: " + message.replace('\n', ' '));
    if (System.getenv("INITIUM_TRACE") != null) {
      error.printStackTrace();
    }
    return status;
  }
}
