// SPDX-License-Identifier: Apache-2.0
package org.initium.project;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The sources as files: how many, how long, what they are called. */
class SourceFilesTest {
  private static final Pattern SOFTWARE_DEVICE =
      Pattern.compile("soft(ware)?[ _-]?device|native-test|mockgpu", Pattern.CASE_INSENSITIVE);

  @Test
  void theProductKnowsNothingOfTheSoftwareDevice() throws IOException {
    Set<String> faults = new TreeSet<>();
    for (Path file : sources("src/main", "kernels")) {
      if (SOFTWARE_DEVICE.matcher(Files.readString(file)).find()) {
        faults.add(file.toString());
      }
    }
    assertTrue(faults.isEmpty(), faults::toString);
  }

  /** The aim is 250 lines of code; half again as many hold a second concept. */
  @Test
  void filesAreShort() throws IOException {
    Set<String> faults = new TreeSet<>();
    for (Path file : sources("src/main/java", "src/test/java")) {
      long lines =
          Files.readAllLines(file).stream()
              .map(String::strip)
              .filter(line -> !line.isEmpty() && !line.startsWith("*") && !line.startsWith("/"))
              .count();
      if (lines > 375) {
        faults.add(file + ": " + lines + " lines of code");
      }
    }
    assertTrue(faults.isEmpty(), faults::toString);
  }

  /** A room that a newcomer takes in at a glance. */
  @Test
  void packagesAreSmall() throws IOException {
    Map<Path, Long> files =
        sources("src/main/java", "src/test/java").stream()
            .collect(groupingBy(Path::getParent, TreeMap::new, counting()));
    files.values().removeIf(count -> count <= 15);
    assertTrue(files.isEmpty(), files::toString);
  }

  @Test
  void noTwoClassesHaveOneName() throws IOException {
    Map<String, List<Path>> files =
        sources("src", "adapters", "bench", "examples").stream()
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> !file.toString().contains("/target/"))
            .filter(file -> !file.toString().endsWith("-info.java"))
            .collect(groupingBy(file -> file.getFileName().toString(), TreeMap::new, toList()));
    files.values().removeIf(same -> same.size() == 1);
    assertTrue(files.isEmpty(), files::toString);
  }

  /** A reader who searches for a word finds all of it. */
  @Test
  void wordsAreSpeltInOneWay() throws IOException {
    Pattern british =
        Pattern.compile(
            "initial"
                + "is(e|ation)|neighb"
                + "our|behavi"
                + "our|factori"
                + "sation|\\bcen"
                + "tre|catalog"
                + "ue",
            Pattern.CASE_INSENSITIVE);
    Set<String> faults = new TreeSet<>();
    for (Path file : sources("src/main/java", "src/test/java", "docs", "kernels")) {
      british.matcher(Files.readString(file)).results().forEach(r -> faults.add(file + r.group()));
    }
    assertTrue(faults.isEmpty(), faults::toString);
  }

  private static List<Path> sources(String... roots) throws IOException {
    TreeSet<Path> found = new TreeSet<>();
    for (String root : roots) {
      if (Files.isDirectory(Path.of(root))) {
        try (Stream<Path> files = Files.walk(Path.of(root))) {
          files
              .filter(f -> f.toString().matches(".*\\.(java|cu|cuh|h|ptx|md)"))
              .forEach(found::add);
        }
      }
    }
    return List.copyOf(found);
  }
}
