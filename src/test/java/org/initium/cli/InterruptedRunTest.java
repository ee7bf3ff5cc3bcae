// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is stopped leaves no file under the final name that is not whole. */
@Tag("slow")
class InterruptedRunTest {
  private static final String SUFFIX = ".initium-tmp";

  @TempDir Path folder;

  private Path recipe() throws IOException {
    return Files.writeString(
        folder.resolve("r.yaml"),
        "tensors: {'w{0..9}': [1000, 1000]}\nrules: [{match: '*', init: normal}]");
  }

  private Process start(Path recipe, Path out) throws IOException {
    File errors = folder.resolve("errors.txt").toFile();
    return Program.start(errors, "init", recipe.toString(), "--out", out.toString());
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private boolean isWriting() throws IOException {
    return files().stream().anyMatch(name -> name.endsWith(SUFFIX));
  }

  private void removeLeftovers() throws IOException {
    for (String name : files()) {
      if (name.endsWith(SUFFIX)) {
        remove(folder.resolve(name));
      }
    }
  }

  private static void remove(Path work) throws IOException {
    try (Stream<Path> files = Files.list(work)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(work);
  }

  /** Some are killed before they write, most at a random time of their writing, some at its end. */
  @Test
  void sigkillAtAnyTimeLeavesAWholeFileOrNone() throws Exception {
    Path recipe = recipe();
    Path out = folder.resolve("m.safetensors");
    Random random = new Random(20261123);
    long writing = 500_000_000; // nanoseconds; the least of the runs that came to their end
    int unfinished = 0;
    for (int i = 0; i < 20; i++) {
      Files.deleteIfExists(out);
      removeLeftovers();
      Process process = start(recipe, out);
      if (i % 5 == 0) {
        process.waitFor(random.nextInt(500), TimeUnit.MILLISECONDS);
      } else {
        while (process.isAlive() && !isWriting()) {
          Thread.sleep(1);
        }
        long start = System.nanoTime();
        if (process.waitFor((long) (writing * random.nextDouble(1.2)), TimeUnit.NANOSECONDS)) {
          writing = Math.min(writing, System.nanoTime() - start);
        }
      }
      unfinished += process.isAlive() ? 1 : 0;
      process.destroyForcibly().waitFor();
      if (Files.exists(out)) {
        CommandLineRun verified = CommandLineRun.of("verify", out.toString(), recipe.toString());
        assertEquals(0, verified.status(), verified.err());
      }
      for (String name : files()) {
        assertTrue(
            List.of("r.yaml", "errors.txt", "m.safetensors").contains(name)
                || name.matches("\\.m\\.safetensors\\.[^.]+\\.[0-9a-f]+\\.initium-tmp"),
            name);
      }
    }
    assertTrue(unfinished >= 5, "only " + unfinished + " of 20 runs were killed before their end");
    CommandLineRun next = CommandLineRun.of("init", recipe.toString(), "--out", out.toString());
    long left = files().stream().filter(name -> name.endsWith(SUFFIX)).count();
    assertEquals(
        left,
        next.err().lines().filter(line -> line.startsWith("note: a killed run left")).count());
  }

  @Test
  void sigtermRemovesTheTemporaryFile() throws Exception {
    Path out = folder.resolve("m.safetensors");
    Process process = start(recipe(), out);
    while (process.isAlive() && files().stream().noneMatch(name -> name.endsWith(SUFFIX))) {
      Thread.sleep(5);
    }
    process.destroy();
    process.waitFor();
    assertEquals(List.of(), files().stream().filter(name -> name.endsWith(SUFFIX)).toList());
  }
}
