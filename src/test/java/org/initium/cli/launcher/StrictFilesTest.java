// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.initium.cli.CommandLineRun;
import org.initium.cli.Program;
import org.initium.testing.windows.StrictProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands in a JVM whose files refuse what Windows refuses. */
@Tag("slow")
class StrictFilesTest {
  /** What a command that takes over 5 s says meanwhile, as on a machine with much else to do. */
  private static final Pattern PROGRESS = Pattern.compile("(writing|verifying): .*/s.*");

  @TempDir Path folder;

  private record Run(int status, String printed) {}

  @BeforeEach
  void writeRecipe() throws IOException {
    Files.writeString(
        folder.resolve("r.yaml"),
        "tensors: {'w{0..3}': [30, 10]}\nrules: [{match: '*', init: normal}]");
  }

  private Run run(List<String> flags, String... arguments) throws Exception {
    List<String> command = Program.command(List.of(), "org.initium.cli.Main", List.of(arguments));
    command.add(
        1, "-Djava.nio.file.spi.DefaultFileSystemProvider=" + StrictProvider.class.getName());
    command.addAll(1, flags);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("INITIUM_CACHE", folder.resolve("cache").toString());
    Process process = builder.start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Run(process.waitFor(), printed);
  }

  private void assertDone(String... arguments) throws Exception {
    Run run = run(List.of(), arguments);
    assertEquals(0, run.status(), run.printed());
    Stream<String> lines = run.printed().lines().filter(line -> !PROGRESS.matcher(line).matches());
    assertEquals(1, lines.count(), run.printed());
    assertEquals(List.of(), names().stream().filter(name -> name.contains("initium-tmp")).toList());
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
    }
  }

  /** One file over several and several over one, whose old files are gone after each. */
  @Test
  void modelsAreWrittenAndReplaced() throws Exception {
    assertDone("init", "r.yaml", "--out", "m.safetensors");
    assertEquals(Set.of("cache", "m.safetensors", "r.yaml"), names());
    assertDone("init", "r.yaml", "--out", "m.safetensors", "--max-shard-size", "2kB");
    assertEquals(4, names().stream().filter(name -> name.contains("-of-00004.saf")).count());
    assertDone("init", "r.yaml", "--out", "m.safetensors");
    assertEquals(Set.of("cache", "m.safetensors", "r.yaml"), names());
    assertDone("init", "r.yaml", "--out", "m.safetensors");
    assertDone("verify", "m.safetensors", "r.yaml");
    String usual = folder.resolve("usual.safetensors").toString();
    CommandLineRun.of("init", folder.resolve("r.yaml").toString(), "--out", usual);
    assertArrayEquals(
        Files.readAllBytes(Path.of(usual)), Files.readAllBytes(folder.resolve("m.safetensors")));
  }

  @Test
  void sharesPlotsAndOrthogonalMatrices() throws Exception {
    Files.createDirectory(folder.resolve("f"));
    assertDone("init", "r.yaml", "--out", "f", "--shard", "0/2");
    assertDone("init", "r.yaml", "--out", "f", "--shard", "1/2");
    assertDone("finish", "f");
    assertDone("fill", "orthogonal", "--shape", "30,30", "--out", "q.safetensors");
    assertDone("fill", "orthogonal", "--shape", "30,30", "--out", "q.safetensors");
    assertDone("init", "r.yaml", "--out", "m.safetensors");
    assertDone("init", "r.yaml", "--from", "m.safetensors", "--out", "n.safetensors");
    for (int i = 0; i < 2; i++) {
      Run run = run(List.of(), "inspect", "q.safetensors", "--plot", "q.png");
      assertEquals(0, run.status(), run.printed());
    }
  }

  @Test
  void namesThatItHasNot() throws Exception {
    for (String name : List.of("a:b", "a*", "what?", "\"a\"", "a|b")) {
      Run run = run(List.of(), "fill", "ones", "--shape", "2", "--out", name);
      assertEquals(2, run.status(), run.printed());
      assertEquals(
          "initium fill: Invalid value for option '--out': '%s' cannot be the name of a file here: Illegal char <%s>; see initium fill --help"
              .formatted(name, name.replaceAll("[a-z]+", "").substring(0, 1)),
          run.printed());
    }
  }

  /** Windows by its name: no library of it can be loaded here, and the C library gives memory. */
  @Test
  void withoutOurLibraryAndOpenBlas() throws Exception {
    List<String> windows = List.of("-Dos.name=Windows 11", "-Dinitium.native=off");
    Run normal = run(windows, "init", "r.yaml", "--out", "m.safetensors");
    assertEquals(0, normal.status(), normal.printed());
    Run orthogonal = run(windows, "fill", "orthogonal", "--shape", "3,3", "--out", "q");
    assertEquals(1, orthogonal.status());
    assertTrue(
        orthogonal
            .printed()
            .lines()
            .toList()
            .getLast()
            .startsWith(
                "initium: orthogonal needs OpenBLAS (org.bytedeco:openblas with classifier"
                    + " windows-x86_64): add "),
        orthogonal.printed());
    assertEquals(Set.of("cache", "m.safetensors", "r.yaml"), withCache(names()));
    assertDone("verify", "m.safetensors", "r.yaml");
  }

  private static Set<String> withCache(Set<String> names) {
    Set<String> all = new TreeSet<>(names);
    all.add("cache");
    return all;
  }

  /**
   * What is asked of the C library, all of which C of 1989 has: aligned_alloc is not in Windows'.
   */
  @Test
  void functionsThatEveryCLibraryHas() throws IOException {
    Set<String> functions = new TreeSet<>();
    Pattern looked = Pattern.compile("(?:function|find|findOrThrow)\\(\"(\\w+)\"");
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java/org/initium/cpu/memory"))) {
      for (Path source : sources.filter(Files::isRegularFile).toList()) {
        looked.matcher(Files.readString(source)).results().forEach(m -> functions.add(m.group(1)));
      }
    }
    assertEquals(Set.of("free", "malloc"), functions);
    List<String> elsewhere = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(Files::isRegularFile).toList()) {
        if (Files.readString(source).contains(".defaultLookup()")
            && !source.toString().contains("cpu/memory")) {
          elsewhere.add(source.toString());
        }
      }
    }
    assertEquals(List.of(), elsewhere, "the C library is asked in one room");
  }
}
