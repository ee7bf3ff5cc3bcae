// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.initium.testing.outside.Tools;

/** The library of src/test/native/file-calls.c, which ends processes at their calls on files. */
public final class FileCalls {
  private static Path built;

  private FileCalls() {}

  /** The library, compiled once; without a compiler the test is skipped, in CI it fails. */
  public static synchronized Path library() throws IOException, InterruptedException {
    if (built == null) {
      Path folder = Files.createDirectories(Path.of("target", "native"));
      Path library = folder.resolve("file-calls.so").toAbsolutePath();
      int status;
      try {
        status =
            new ProcessBuilder(
                    "gcc",
                    "-O2",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-shared",
                    "-fPIC",
                    "-o",
                    library.toString(),
                    "src/test/native/file-calls.c",
                    "-ldl")
                .inheritIO()
                .start()
                .waitFor();
      } catch (IOException e) {
        return Tools.missing("no gcc: files are not killed at each call");
      }
      assertEquals(0, status, "gcc");
      built = library;
    }
    return built;
  }
}
