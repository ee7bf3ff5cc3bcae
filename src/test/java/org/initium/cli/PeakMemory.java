// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs a command line and prints the most memory that the process had, in kB. */
final class PeakMemory {
  private PeakMemory() {}

  public static void main(String[] arguments) throws IOException {
    int status = Commands.run(arguments);
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        System.out.println("peak " + line.replaceAll("[^0-9]", ""));
      }
    }
    System.exit(status);
  }
}
