// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.util.Optional;
import org.initium.Backend;
import org.initium.cli.console.Failure;
import org.initium.cli.console.StandardOutput;
import org.initium.text.Artifact;

/** Where the program starts. */
public final class Main {
  private Main() {}

  /** Runs a command and exits with its status: 0 done, 1 failed, 2 bad usage or input. */
  public static void main(String[] arguments) throws IOException {
    StandardOutput output = StandardOutput.install();
    warnInOneLine();
    Optional<String> missing = Artifact.PICOCLI.missing();
    if (missing.isPresent()) {
      System.err.println("initium: " + missing.get());
      System.exit(output.end(Failure.FAILED));
    }
    HeadStart.begin(arguments);
    int status = output.end(giveBack(Commands.run(arguments)));
    if (status != 0) { // to exit looks for a logger in every jar; a program's end is status 0
      System.exit(status);
    }
  }

  /** As our own notes are; a log's usual two lines are for programs that run for days. */
  private static void warnInOneLine() {
    String format = "java.util.logging.SimpleFormatter.format";
    if (System.getProperty(format) == null) {
      System.setProperty(format, "note: %5$s%n");
    }
  }

  /** Ends what is on devices in its order; what went wrong there makes a good status a bad one. */
  private static int giveBack(int status) {
    try {
      Backend.giveBackAll();
      return status;
    } catch (RuntimeException e) {
      return status == 0 ? Failure.of(e).report(e) : status;
    }
  }
}
