package org.initium.cli;

import java.io.IOException;

/** Where the program starts. */
public final class Main {
  private Main() {}

  /** Runs a command and exits with its status: 0 done, 1 failed, 2 bad usage or input. */
  public static void main(String[] arguments) throws IOException {
    StandardOutput output = StandardOutput.install();
    HeadStart.begin(arguments);
    System.exit(output.end(Commands.run(arguments)));
  }
}
