// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that several poms have are the same in all of them. */
class VersionTest {
  private static final Pattern VERSION =
      Pattern.compile(
          "<groupId>org\\.initium</groupId>\\s*<artifactId>[a-z-]+</artifactId>\\s*"
              + "<version>([^$<]+)</version>");

  private static List<Path> poms() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("."), 3)) {
      return files
          .filter(f -> f.endsWith("pom.xml") && !f.startsWith(Path.of("./target")))
          .sorted()
          .toList();
    }
  }

  private static Set<String> found(Path file, Pattern pattern) throws IOException {
    Set<String> found = new TreeSet<>();
    pattern
        .matcher(Files.readString(file))
        .results()
        .map((MatchResult m) -> m.group(1))
        .forEach(found::add);
    return found;
  }

  @Test
  void ours() throws IOException {
    String version = found(Path.of("pom.xml"), VERSION).iterator().next();
    assertTrue(poms().size() >= 7, () -> "too few poms seen");
    for (Path pom : poms()) {
      Set<String> versions = found(pom, VERSION);
      versions.remove("${initium.version}");
      assertEquals(Set.of(version), versions, pom::toString);
    }
    assertEquals(Set.of(version), found(Path.of("README.md"), VERSION), "README.md");
    assertEquals(
        version, Files.readString(Path.of("target/classes/org/initium/cli/version.txt")).strip());
  }

  /** What a reference to a property stands for in the top level pom. */
  private static Set<String> property(String reference) throws IOException {
    String name = reference.substring(2, reference.length() - 1);
    return found(Path.of("pom.xml"), Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)<"));
  }

  /** The artifacts that are poms alone bring what the top level pom was built and tested with. */
  @ParameterizedTest
  @ValueSource(strings = {"jcuda", "jcurand", "jcusolver", "picocli", "xchart", "openblas"})
  void theirs(String artifact) throws IOException {
    Pattern pattern =
        Pattern.compile("<artifactId>" + artifact + "</artifactId>\\s*<version>([^<]+)</version>");
    Set<String> versions = new TreeSet<>();
    int poms = 0;
    for (Path pom : poms().stream().filter(p -> !p.startsWith(Path.of("./bench"))).toList()) {
      Set<String> here = new TreeSet<>();
      for (String version : found(pom, pattern)) {
        here.addAll(version.startsWith("${") ? property(version) : Set.of(version));
      }
      versions.addAll(here);
      poms += here.isEmpty() ? 0 : 1;
    }
    assertEquals(1, versions.size(), () -> artifact + " has the versions " + versions);
    assertTrue(poms >= 2, () -> artifact + " is in the top level pom alone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jcuda.version", "openblas.version"})
  void properties(String name) throws IOException {
    Pattern pattern = Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)<");
    assertEquals(found(Path.of("pom.xml"), pattern), found(Path.of("artifacts/pom.xml"), pattern));
  }
}
