// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A command run in this JVM: its exit status and what it printed. */
public record CommandLineRun(int status, String out, String err) {
  /** A line of words, in which {@code @} is that folder. */
  public static CommandLineRun in(Path folder, String line) {
    return of(line.replace("@", folder + "/").split(" +"));
  }

  /** What it printed, where it must end well. */
  public String ok() {
    assertEquals(0, status, err);
    return out;
  }

  /** With a standard input. */
  static synchronized CommandLineRun reading(String input, String... arguments) {
    InputStream old = System.in;
    try {
      System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
      return of(arguments);
    } finally {
      System.setIn(old);
    }
  }

  public static synchronized CommandLineRun of(String... arguments) {
    PrintStream oldOut = System.out;
    PrintStream oldErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      int status = Commands.run(arguments);
      return new CommandLineRun(
          status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(oldOut);
      System.setErr(oldErr);
    }
  }
}
