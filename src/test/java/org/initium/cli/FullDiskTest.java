// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.initium.testing.outside.Tools;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the bytes do not fit, a run says so in a line and leaves nothing behind. */
@Tag("slow")
class FullDiskTest {
  @TempDir Path folder;

  private CommandLineRun fill(Path out) {
    return CommandLineRun.of("fill", "normal", "--shape", "4000000", "--out", out.toString());
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static int status(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void aSmallDiskIsRefusedBeforeTheWork() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    if (status("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString()) != 0) {
      Tools.missing("a small tmpfs cannot be mounted here: the full disk is not tested");
    }
    try {
      CommandLineRun run = fill(disk.resolve("t.safetensors"));
      assertEquals(1, run.status());
      assertTrue(run.err().contains("no room for "), run.err());
      assertTrue(run.err().contains("it takes 16000000 bytes, the disk has 8388608"), run.err());
      assertEquals(List.of(), list(disk));
    } finally {
      assertEquals(0, status("umount", disk.toString()));
    }
  }

  /** The room goes while the file is written: a limit of the shell stands for it. */
  @Test
  void aWriteThatFailsEndsTheRun() throws IOException, InterruptedException {
    Path out = folder.resolve("t.safetensors");
    Path errors = folder.resolve("errors.txt");
    List<String> shell = List.of("sh", "-c", "ulimit -f 8000; exec \"$@\"", "sh");
    int status =
        new ProcessBuilder(
                Program.command(
                    shell,
                    "org.initium.cli.Main",
                    List.of("fill", "normal", "--shape", "4000000", "--out", out.toString())))
            .redirectError(errors.toFile())
            .start()
            .waitFor();
    List<String> lines = Files.readAllLines(errors);
    assertEquals(1, status, lines.toString());
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains("File too large"), lines.getFirst());
    assertTrue(lines.getFirst().contains(out.getFileName().toString()), lines.getFirst());
    assertEquals(List.of(errors), list(folder));
  }
}
