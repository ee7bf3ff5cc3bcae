// SPDX-License-Identifier: Apache-2.0
package org.initium.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages are read beside code: their lines are short, but for what cannot be broken. */
class DocsLinesTest {
  private static final int LONGEST = 120;

  @Test
  void linesAreShort() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Path page : pages()) {
      List<String> lines = Files.readAllLines(page);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (line.length() > LONGEST && !isTable(line) && canBreak(line)) {
          faults.add(page + ":" + (i + 1) + ": " + line.length());
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  private static boolean isTable(String line) {
    return line.stripLeading().startsWith("|") || line.endsWith("│"); // or one that we print
  }

  /** Whether some space is near enough to the start that what is before it would fit. */
  private static boolean canBreak(String line) {
    return line.strip().indexOf(' ') > 0 && line.strip().lastIndexOf(' ', LONGEST) > 10;
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String root : List.of(".", "docs", "adapters", "bench", "examples", "native-test")) {
      try (Stream<Path> files = Files.walk(Path.of(root), root.equals(".") ? 1 : 8)) {
        files
            .filter(file -> file.toString().endsWith(".md"))
            .filter(file -> !file.toString().contains("/target/"))
            .forEach(pages::add);
      }
    }
    assertTrue(pages.size() > 10, pages::toString);
    return pages;
  }
}
