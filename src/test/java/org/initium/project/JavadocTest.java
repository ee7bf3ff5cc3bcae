// SPDX-License-Identifier: Apache-2.0
package org.initium.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What javac's doclint, which the build runs over the exported packages, does not ask of Javadoc.
 */
class JavadocTest {
  private static final Path MAIN = Path.of("src/main/java");
  private static final Pattern EXPORT = Pattern.compile("^  exports ([\\w.]+);", Pattern.MULTILINE);
  private static final Pattern TYPE =
      Pattern.compile("^public .*(class|interface|record|enum) ", Pattern.MULTILINE);

  @Test
  void doclintReadsEachExportedPackage() throws IOException {
    Matcher listed =
        Pattern.compile("<public.packages>(.*)</public.packages>")
            .matcher(Files.readString(Path.of("pom.xml")));
    assertTrue(listed.find());
    assertEquals(exported(), new TreeSet<>(List.of(listed.group(1).split(","))));
  }

  @Test
  void eachPublicTypeSaysSinceWhen() throws IOException {
    List<Path> without = new ArrayList<>();
    for (Path file : publicTypes()) {
      if (!Files.readString(file).contains("\n * @since ")) {
        without.add(file);
      }
    }
    assertEquals(List.of(), without);
  }

  private static List<Path> publicTypes() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String name : exported()) {
      try (Stream<Path> files = Files.list(MAIN.resolve(name.replace('.', '/')))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
          if (TYPE.matcher(Files.readString(file)).find()) {
            found.add(file);
          }
        }
      }
    }
    assertTrue(found.size() > 50, "only " + found.size() + " public types were found");
    return found;
  }

  private static Set<String> exported() throws IOException {
    return EXPORT
        .matcher(Files.readString(MAIN.resolve("module-info.java")))
        .results()
        .map(m -> m.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
