// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No command writes over what it reads, by whatever name: all files are as they were. */
@Tag("slow")
class OverwriteGuardTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    String tensors = "tensors: {'w{0..3}': [30, 10]}\n";
    String rules = "rules: [{match: '*', init: normal}]\n";
    Files.writeString(folder.resolve("r.yaml"), tensors + rules);
    Files.writeString(folder.resolve("c.json"), "{\"n\": 1}");
    Files.writeString(folder.resolve("config.yaml"), "vars: {from: c.json}\n" + tensors + rules);
    assertEquals(0, run("init", "r.yaml", "--out", "one.safetensors").status());
    assertEquals(
        0, run("init", "r.yaml", "--out", "m.safetensors", "--max-shard-size", "2kB").status());
    for (int part = 0; part < 2; part++) {
      String share = part + "/2";
      run("init", "r.yaml", "--out", "p.safetensors", "--part", share, "--max-shard-size", "2kB");
    }
    Files.writeString(folder.resolve("t.yaml"), "template: one.safetensors\n" + rules);
    Files.writeString(folder.resolve("index.yaml"), "template: m.safetensors.index.json\n" + rules);
    Files.createSymbolicLink(folder.resolve("link"), Path.of("one.safetensors"));
    Files.createLink(folder.resolve("hard"), folder.resolve("one.safetensors"));
    Files.createDirectory(folder.resolve("d"));
    Files.createLink(
        folder.resolve("d/shard-00001-model-00001-of-00001.safetensors"),
        folder.resolve("one.safetensors"));
  }

  /** Names that end so are files of the folder. */
  private CommandLineRun run(String... arguments) {
    List<String> all = new ArrayList<>();
    for (String each : arguments) {
      boolean file = each.matches("link|hard|d|.*\\.(yaml|json|safetensors|png)");
      all.add(file ? folder.resolve(each).toString() : each);
    }
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @ParameterizedTest
  @CsvSource({
    "init r.yaml --out r.yaml, r.yaml",
    "init t.yaml --out one.safetensors, one.safetensors",
    "init t.yaml --out link, link",
    "init t.yaml --out hard, hard",
    "init t.yaml --out one.safetensors --max-shard-size 2kB, one.safetensors",
    "init t.yaml --out d --shard 0/2, d/shard-00001-model-00001-of-00001.safetensors",
    "init index.yaml --out m.safetensors, m.safetensors.index.json",
    "init index.yaml --out m.safetensors.index.json, m.safetensors.index.json",
    "init r.yaml --from m.safetensors --out m.safetensors, m.safetensors.index.json",
    "init r.yaml --from one.safetensors --out link, link",
    "init r.yaml --config c.json --out c.json, c.json",
    "init config.yaml --out c.json, c.json",
    "init r.yaml --from p-00001-of-00004.safetensors --out p.safetensors --part 1/2"
        + " --max-shard-size 2kB, p-00001-of-00004.safetensors",
    "inspect one.safetensors --plot hard, hard",
  })
  void isRefused(String line, String named) throws IOException {
    Map<String, byte[]> before = files();
    CommandLineRun run = run(line.split(" "));
    assertEquals(
        "initium: "
            + folder.resolve(named)
            + " is read by this command, which would write over it; give another name for the"
            + " output\n",
        run.err());
    assertEquals(2, run.status());
    Map<String, byte[]> after = files();
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
  }

  /** A file of an index is one of what the index stands for. */
  @Test
  void aPlotOverAPartIsRefused() throws IOException {
    String part =
        files().keySet().stream().filter(name -> name.matches("m-.*-00002-of.*")).findFirst().get();
    CommandLineRun run = run("inspect", "m.safetensors", "--plot", part);
    assertEquals(2, run.status());
    assertTrue(run.err().contains(part + " is read by this command"), run.err());
  }

  @Test
  void whatIsNotReadIsReplaced() throws IOException {
    assertEquals(0, run("init", "r.yaml", "--out", "m.safetensors").status());
    assertEquals(0, run("init", "t.yaml", "--out", "m.safetensors").status());
    assertEquals(0, run("init", "r.yaml", "--from", "link", "--out", "n.safetensors").status());
  }
}
