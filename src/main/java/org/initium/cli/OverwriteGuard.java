// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.initium.text.Text;

/** What a command reads, and must not write over. */
final class OverwriteGuard {
  private OverwriteGuard() {}

  /**
   * Refuses an output that is the input, by whatever name.
   *
   * @throws IllegalArgumentException if it is
   */
  static void keep(Path input, Path output) throws IOException {
    if (Files.isRegularFile(output) && Files.exists(input) && Files.isSameFile(input, output)) {
      throw new IllegalArgumentException(
          Text.message(
              "%s is read by this command, which would write over it; give another name for the"
                  + " output",
              output));
    }
  }
}
