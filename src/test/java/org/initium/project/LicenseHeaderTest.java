// SPDX-License-Identifier: Apache-2.0
package org.initium.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each source says its license in its first lines, so that a file that is copied keeps it. */
class LicenseHeaderTest {
  private static final List<String> FOLDERS =
      List.of(
          ".ci",
          "adapters",
          "bench",
          "docs",
          "examples",
          "kernels",
          "native-test",
          "src/main/java",
          "src/test",
          "src/test-libtorch",
          "tools");
  private static final Pattern SOURCE =
      Pattern.compile(".*\\.(java|kt|scala|cu|cuh|cpp|h|c|sh|py|mjs)|\\.ci/(run|fuzz)");
  private static final Pattern MADE = Pattern.compile("(^|.*/)(target|build|out|__pycache__)/.*");

  @Test
  void eachSourceSaysItsLicense() throws IOException {
    List<Path> without = new ArrayList<>();
    int seen = 0;
    for (Path file : sources()) {
      seen++;
      try (Stream<String> lines = Files.lines(file)) {
        if (lines
            .limit(2)
            .noneMatch(l -> l.matches("(//|#) SPDX-License-Identifier: Apache-2.0"))) {
          without.add(file);
        }
      }
    }
    assertTrue(seen > 600, "only " + seen + " sources were found");
    assertEquals(List.of(), without);
  }

  private static List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : FOLDERS) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        files
            .filter(Files::isRegularFile)
            .filter(f -> SOURCE.matcher(slashes(f)).matches())
            .filter(f -> !MADE.matcher(slashes(f)).matches())
            .forEach(found::add);
      }
    }
    return found;
  }

  private static String slashes(Path file) {
    return file.toString().replace('\\', '/');
  }
}
