// SPDX-License-Identifier: Apache-2.0
package org.initium.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources read of the environment and of system properties is written down. */
class SettingsTest {
  /** A variable or property that is read by its name. */
  private static final Pattern READ =
      Pattern.compile(
          "(?:getenv|getProperty|getBoolean|getInteger|getLong|environment\\.get(?:OrDefault)?)\\(\\s*"
              + "\"([\\w.]+)\"");

  /** Of the launchers: variables of the shell and of Windows. */
  private static final Pattern LAUNCHER = Pattern.compile("(?:\\$\\{?|%)(INITIUM_\\w+|JAVA_HOME)");

  /** What each JVM has of its own. */
  private static final Pattern OF_JAVA =
      Pattern.compile("java\\.\\w+(\\.\\w+)*|(os|user|file|stdout)\\.\\w+");

  private static final Pattern OURS = Pattern.compile("initium\\.[a-z]+(\\.[a-z]+)*|INITIUM_\\w+");

  @Test
  void eachSettingOfTheProgramIsInSettings() throws IOException {
    Set<String> read = names(READ, sources("src/main/java"));
    read.addAll(names(LAUNCHER, Stream.of(Path.of("initium"), Path.of("initium.cmd"))));
    read.removeIf(OF_JAVA.asMatchPredicate());
    assertTrue(read.contains("initium.threads") && read.contains("INITIUM_JAVA_OPTIONS"));
    assertEquals(Set.of(), without(read, "docs/settings.md"));
  }

  @Test
  void eachSettingOfTheTestsIsInContributing() throws IOException {
    Set<String> read = names(READ, sources("src/test/java"));
    read.removeIf(name -> !OURS.matcher(name).matches());
    assertTrue(read.contains("initium.kills") && read.contains("INITIUM_PYTHON"));
    assertEquals(
        Set.of(), without(read, "CONTRIBUTING.md", "native-test/README.md", "docs/settings.md"));
  }

  /** The other way round: what is written down is read somewhere. */
  @Test
  void nothingIsInSettingsThatNobodyReads() throws IOException {
    Set<String> written =
        names(
            Pattern.compile("`-D(initium\\.[a-z.]+)|`(INITIUM_\\w+)"),
            Stream.of(Path.of("docs/settings.md")));
    String all =
        texts(
            Stream.concat(
                Stream.concat(sources("src/main/java"), sources("src/test/java")),
                Stream.of(Path.of("initium"), Path.of("initium.cmd"))));
    written.removeIf(all::contains);
    assertEquals(Set.of(), written);
  }

  private static Set<String> without(Set<String> names, String... pages) throws IOException {
    String text = texts(Stream.of(pages).map(Path::of));
    Set<String> missing = new TreeSet<>(names);
    missing.removeIf(name -> Pattern.compile(name + "\\b").matcher(text).find());
    return missing;
  }

  private static Set<String> names(Pattern pattern, Stream<Path> files) throws IOException {
    return pattern
        .matcher(texts(files))
        .results()
        .map(m -> m.group(1) != null ? m.group(1) : m.group(2))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String texts(Stream<Path> files) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : files.toList()) {
      text.append(Files.readString(file)).append('\n');
    }
    return text.toString();
  }

  private static Stream<Path> sources(String root) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(root))) {
      return files.filter(f -> f.toString().endsWith(".java")).toList().stream();
    }
  }
}
