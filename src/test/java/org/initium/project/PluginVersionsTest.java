// SPDX-License-Identifier: Apache-2.0
package org.initium.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a build runs is the same whoever's Maven it is: versions are written down. */
class PluginVersionsTest {
  private static final Pattern PLUGIN =
      Pattern.compile(
          "<artifactId>(maven-\\w+-plugin)</artifactId>\\s*(?:<version>([^<]*)</version>)?");

  /** The default lifecycle's, for poms and, after them, for jars. */
  private static final List<String> LIFECYCLE =
      List.of("clean", "install", "deploy", "site", "resources", "compiler", "surefire", "jar");

  /** Poms that have no parent, whose plugins are those of their children too. */
  static Stream<Path> poms() throws IOException {
    List<Path> poms;
    try (Stream<Path> files =
        Stream.of("adapters", "artifacts", "bench", "examples", "src/test/outside")
            .map(Path::of)
            .flatMap(PluginVersionsTest::below)) {
      poms = files.filter(pom -> !text(pom).contains("<parent>")).toList();
    }
    assertEquals(4, poms.size(), poms.toString());
    return Stream.concat(Stream.of(Path.of("pom.xml")), poms.stream());
  }

  private static Stream<Path> below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.endsWith("pom.xml") && !file.toString().contains("target"))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> versions(Path pom) {
    Map<String, String> versions = new HashMap<>();
    Matcher plugin = PLUGIN.matcher(text(pom));
    while (plugin.find()) {
      if (plugin.group(2) != null) {
        versions.put(plugin.group(1), plugin.group(2));
      }
    }
    return versions;
  }

  @ParameterizedTest
  @MethodSource("poms")
  void theLifecyclesPluginsAreThoseOfTheTop(Path pom) {
    Map<String, String> top = versions(Path.of("pom.xml"));
    Map<String, String> here = versions(pom);
    boolean jars = !pom.startsWith("artifacts");
    for (String name : LIFECYCLE.subList(0, jars ? LIFECYCLE.size() : 4)) {
      String plugin = "maven-" + name + "-plugin";
      assertTrue(top.containsKey(plugin), plugin);
      assertEquals(top.get(plugin), here.get(plugin), plugin);
    }
  }

  @Test
  void whatIsDownloadedIsChecked() {
    assertTrue(text(Path.of(".mvn/maven.config")).contains("--strict-checksums"));
    assertTrue(
        Pattern.compile("(?m)^distributionSha256Sum=[0-9a-f]{64}$")
            .matcher(text(Path.of(".mvn/wrapper/maven-wrapper.properties")))
            .find());
    Matcher pip = Pattern.compile("pip (?:install|download)(.*)").matcher(text(Path.of(".ci/run")));
    int found = 0;
    while (pip.find()) {
      found++;
      for (String word : pip.group(1).replaceAll(";.*|-d \\S+", "").strip().split(" +")) {
        assertTrue(word.startsWith("-") || word.contains("=="), word + " has no version");
      }
    }
    assertEquals(3, found);
  }
}
