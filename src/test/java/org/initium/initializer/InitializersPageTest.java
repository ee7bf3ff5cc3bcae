// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/initializers.md lists what there is, with the parameters and defaults that it has. */
class InitializersPageTest {
  private static List<String> rows(String pattern) throws IOException {
    String page = Files.readString(Path.of("docs/initializers.md"));
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(page)
        .results()
        .map(MatchResult::group)
        .toList();
  }

  @Test
  void everyInitializerIsListedWithItsSignature() throws IOException {
    List<String> wanted =
        Catalog.all().entrySet().stream()
            .filter(e -> e.getKey().equals(e.getValue().name()))
            .map(e -> "| `" + e.getValue().signature(e.getKey()) + "` |")
            .toList();
    // Four columns: the table of fans has five, that of aliases two.
    List<String> listed =
        rows("^\\| `[^`]+` \\|[^|\n]+\\|[^|\n]+\\|[^|\n]*\\|$").stream()
            .map(row -> row.substring(0, row.indexOf("` |") + 3))
            .toList();
    assertEquals(String.join("\n", wanted), String.join("\n", listed));
  }

  @Test
  void everyAliasIsListed() throws IOException {
    List<String> wanted =
        Catalog.all().entrySet().stream()
            .filter(e -> !e.getKey().equals(e.getValue().name()))
            .map(e -> "| `%s` | `%s` |".formatted(e.getKey(), e.getValue().name()))
            .toList();
    assertEquals(
        String.join("\n", wanted), String.join("\n", rows("^\\| `[^`]+` \\| `[^`]+` \\|$")));
  }
}
