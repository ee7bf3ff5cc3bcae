// SPDX-License-Identifier: Apache-2.0
package org.initium.testing.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of others that a test needs. */
public final class Tools {
  private Tools() {}

  /** Whether a program is on the PATH. */
  public static boolean found(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Runs a program, which must end within ten minutes, and well. */
  public static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(10, TimeUnit.MINUTES), () -> String.join(" ", command) + " goes on");
    assertEquals(0, process.exitValue(), output);
    System.out.print(output);
  }

  /** Skips a test that cannot run, saying why; with CI=true that is a failure. */
  public static <T> T missing(String why) {
    if (Boolean.parseBoolean(System.getenv("CI"))) {
      return fail(why + "; with CI=true that is a failure");
    }
    System.out.println("skipped: " + why);
    return abort(why);
  }
}
