// SPDX-License-Identifier: Apache-2.0
package org.initium.io.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.initium.io.CheckpointLayout;
import org.initium.io.MalformedFileException;
import org.initium.io.output.ReplacingProgram.Model;
import org.initium.testing.FileCalls;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is killed when, or fails, a reader finds the old model or the new one, whole. */
@Tag("slow")
class KilledWriterTest {
  private static final int SIGKILLED = 128 + 9;

  /** What readers found, by all ways that lead to a model. */
  private static final class Found {
    private int old;
    private int fresh;
    private final List<String> wrong = new ArrayList<>();

    /** Looks from the checkpoint's name, and from its index where there is one. */
    void look(Path out, Model before, Model after, String when) throws IOException {
      for (Path from : List.of(out, CheckpointLayout.index(out))) {
        if (!Files.exists(from) && !from.equals(out)) {
          continue;
        }
        try {
          if (before.isAt(from)) {
            old++;
          } else if (after.isAt(from)) {
            fresh++;
          } else {
            wrong.add(when + ": " + from.getFileName() + " is mixed");
          }
        } catch (NoSuchFileException e) {
          wrong.add(when + ": no model");
        } catch (MalformedFileException e) {
          wrong.add(when + ": torn: " + e.getMessage());
        }
      }
    }

    void assertWhole(String what) {
      System.out.printf("%s: old %d, new %d, torn or mixed %d%n", what, old, fresh, wrong.size());
      assertEquals(0, wrong.size(), () -> wrong.getFirst());
    }
  }

  @TempDir Path folder;

  private ProcessBuilder program(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(ReplacingProgram.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  private ProcessBuilder traced(Map<String, String> settings, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = program(arguments);
    builder.environment().put("LD_PRELOAD", FileCalls.library().toString());
    builder.environment().put("FILE_CALLS_FOLDER", models().toString());
    builder.environment().putAll(settings);
    return builder;
  }

  private Path models() throws IOException {
    return Files.createDirectories(folder.resolve("models"));
  }

  private static void empty(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        if (!file.equals(directory)) {
          Files.delete(file);
        }
      }
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"ONE, OTHER_ONE", "THREE, OTHER_THREE", "THREE, TWO", "TWO, ONE", "ONE, TWO"})
  void killedAtEachCall(Model before, Model after) throws Exception {
    Path out = models().resolve("model.safetensors");
    before.write(out);
    Path count = folder.resolve("count");
    Map<String, String> counting = Map.of("FILE_CALLS_COUNT", count.toString());
    assertEquals(0, traced(counting, out.toString(), after.name()).start().waitFor());
    int calls = Integer.parseInt(Files.readString(count).strip());
    assertTrue(calls >= 15, "only " + calls + " calls were seen");
    assertTrue(after.isAt(out));
    Found found = new Found();
    for (int call = 1; call <= calls; call++) {
      empty(models());
      before.write(out);
      Map<String, String> killing = Map.of("FILE_CALLS_KILL", Integer.toString(call));
      int status = traced(killing, out.toString(), after.name()).start().waitFor();
      assertEquals(SIGKILLED, status, "call " + call);
      found.look(out, before, after, "killed at call " + call + " of " + calls);
    }
    found.assertWhole("%s over %s, killed at each of %d calls".formatted(after, before, calls));
    assertTrue(found.old > 0 && found.fresh > 0);
    after.write(out);
    List<String> expected = after.write(out).stream().map(f -> f.getFileName().toString()).toList();
    assertEquals(
        expected.stream().sorted().toList(),
        names(models()).stream().filter(name -> !name.endsWith(".initium-tmp")).toList(),
        "what the killed runs left under names of files is gone after the next");
  }

  /** 40 of them, or {@code -Dinitium.kills=1000}. */
  @Test
  void killedAtRandom() throws Exception {
    int kills = Integer.getInteger("initium.kills", 40);
    Path out = models().resolve("model.safetensors");
    Random random = new Random(20261128);
    List<Model> models = List.of(Model.values());
    Found found = new Found();
    for (int kill = 0; kill < kills; kill++) {
      Model before = models.get(random.nextInt(models.size()));
      Model after = models.get(random.nextInt(models.size()));
      before.write(out);
      Process process =
          program(out.toString(), after.name(), before.name(), "again")
              .redirectOutput(folder.resolve("output").toFile())
              .start();
      int started = 0;
      while (process.isAlive() && started == 0) {
        Thread.sleep(1);
        started = (int) names(models()).stream().filter(n -> n.endsWith(".initium-tmp")).count();
      }
      process.waitFor(random.nextInt(60_000), TimeUnit.MICROSECONDS);
      assertTrue(process.isAlive(), () -> "ended by itself");
      process.destroyForcibly().waitFor();
      found.look(out, before, after, "kill " + kill);
      for (String name : names(models())) {
        if (name.endsWith(".initium-tmp")) {
          Path left = models().resolve(name);
          if (Files.isDirectory(left)) {
            empty(left);
          }
          Files.delete(left);
        }
      }
    }
    found.assertWhole(kills + " SIGKILLs at random moments");
  }

  /** Each call of a kind in turn, as on a disk that is full or breaks just then. */
  @ParameterizedTest
  @CsvSource({
    "write, 14, 28, No space left on device",
    "fsync, 8, 28, No space left on device",
    "close, 18, 5, Input/output error",
    "rename, 5, 5, Input/output error",
    "open, 14, 13, no permission",
    "mkdir, 3, 30, Read-only file system",
  })
  void aCallThatFailsIsToldAndNothingIsTorn(String call, int most, int number, String reason)
      throws Exception {
    Path out = models().resolve("model.safetensors");
    Found found = new Found();
    int failures = 0;
    for (int k = 1; k <= most; k++) {
      empty(models());
      Model.THREE.write(out);
      Path output = folder.resolve("output");
      int status =
          traced(
                  Map.of("FILE_CALLS_FAIL", call + ":" + number + ":" + k),
                  out.toString(),
                  Model.TWO.name())
              .redirectOutput(output.toFile())
              .start()
              .waitFor();
      String told = Files.readString(output);
      found.look(out, Model.THREE, Model.TWO, call + " " + k);
      if (status == 0) {
        assertEquals("", told);
        if (!Model.TWO.isAt(out)) {
          found.wrong.add(call + " " + k + " failed and nobody was told");
        }
        continue;
      }
      failures++;
      assertEquals(1, told.lines().count(), told);
      assertTrue(told.contains("model"), told);
      assertFalse(told.contains("Exception"), told);
      assertTrue(told.contains(reason), call + " " + k + ": " + told);
    }
    found.assertWhole(
        "%s fails, the first time to the %dth (%d were fatal)".formatted(call, most, failures));
    assertTrue(failures > 0);
  }
}
