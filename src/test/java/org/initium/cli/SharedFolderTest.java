// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several runs make one model in a folder that they share: by files, or by shards of tensors. */
class SharedFolderTest {
  private static final String PYTHON = System.getenv("INITIUM_TORCH_PYTHON");

  @TempDir Path folder;
  private Path recipe;
  private Path shared;

  @BeforeEach
  void writeRecipe() throws IOException {
    recipe =
        Files.writeString(
            folder.resolve("r.yaml"),
            """
            tensors:
              wte: [10, 6]
              "h.{0..1}.w": {shape: [6, 6], dtype: bf16}
              "h.{0..1}.b": {shape: [3], dtype: f16}
              col: {shape: [4, 9], dtype: f64}
              norm: [5]
              scalar: []
              none: [0, 4]
              tied: {like: wte, write: once}
            rules:
              - {match: "h.*.w", init: orthogonal}
              - {match: "*", init: normal(std=0.02)}
            shards:
              - {match: col, dim: 1}
              - {match: norm, replicate: true}
              - {match: "*", dim: 0}
            """);
    shared = Files.createDirectory(folder.resolve("shared"));
  }

  private CommandLineRun init(String... more) {
    return CommandLineRun.of(
        Stream.concat(Stream.of("init", recipe.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  private void shards(int count, int seed) {
    for (int i = 0; i < count; i++) {
      CommandLineRun run =
          init("--out", shared.toString(), "--shard", i + "/" + count, "--seed", "" + seed);
      assertEquals(0, run.status(), run.err());
    }
  }

  private void part(int index, int count, int seed) {
    CommandLineRun run =
        init(
            "--out",
            shared.toString(),
            "--part",
            index + "/" + count,
            "--seed",
            "" + seed,
            "--max-shard-size",
            "200");
    assertEquals(0, run.status(), run.err());
  }

  private void finishSays(String line) {
    CommandLineRun run = CommandLineRun.of("finish", shared.toString());
    assertTrue(run.err().strip().endsWith(line), run.err());
    assertEquals(2, run.status());
  }

  private String named(int part) {
    return "model-0000" + part + "-of-00004.safetensors";
  }

  @Test
  void partsAreTheModelOnceAllAreThere() throws IOException {
    part(2, 3, 5);
    part(0, 3, 5);
    finishSays("shared: model-00002-of-00004.safetensors is missing; of 4 files there are 3");
    assertFalse(Files.exists(shared.resolve("model.safetensors.index.json")));
    part(1, 3, 5);
    CommandLineRun run = CommandLineRun.of("finish", shared.toString());
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().contains("index.json: 9 tensors, 4 files, 708 B"), run.out());
    run = CommandLineRun.of("verify", shared.toString(), recipe.toString());
    assertEquals(0, run.status(), run.err());
    byte[] one = Files.readAllBytes(shared.resolve(named(1)));
    part(0, 1, 5); // one run for all makes the same files
    assertArrayEquals(one, Files.readAllBytes(shared.resolve(named(1))));
  }

  @Test
  void partsOfDifferentRunsAreToldFromEachOther() {
    part(0, 2, 5);
    part(1, 2, 6);
    finishSays(
        "model-00001-of-00004.safetensors and model-00002-of-00004.safetensors are of different"
            + " runs: their initium.seed is 5 and 6");
  }

  @Test
  void aFileThatIsCutShortIsFound() throws IOException {
    part(0, 1, 5);
    byte[] bytes = Files.readAllBytes(shared.resolve(named(3)));
    Files.write(shared.resolve(named(3)), Arrays.copyOf(bytes, bytes.length - 1));
    CommandLineRun run = CommandLineRun.of("finish", shared.toString());
    assertEquals(2, run.status());
    assertTrue(run.err().contains(named(3) + ": "), run.err());
  }

  @Test
  void filesOfOthersAreNotTaken() throws IOException {
    finishSays("shared: has no .safetensors files");
    part(0, 1, 5);
    Files.copy(shared.resolve(named(1)), shared.resolve("other.safetensors"));
    finishSays("other.safetensors is not one of several files NAME-00001-of-0000N.safetensors");
  }

  @Test
  void aTensorInTwoFilesIsFound() throws IOException {
    part(0, 1, 5);
    Files.copy(
        shared.resolve(named(1)), shared.resolve(named(2)), StandardCopyOption.REPLACE_EXISTING);
    CommandLineRun run = CommandLineRun.of("finish", shared.toString());
    assertTrue(run.err().contains("' is in " + named(1) + " and in " + named(2)), run.err());
  }

  private CommandLineRun verify(Path what, String... more) {
    return CommandLineRun.of(
        Stream.concat(Stream.of("verify", what.toString(), recipe.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  /** A shard of several files, which finish takes, is whole where each of its tensors is in one. */
  @Test
  void aShardOfSeveralFilesIsVerifiedAsOne() throws IOException {
    for (int i = 0; i < 2; i++) {
      Path file = shared.resolve("s" + i + ".safetensors");
      String shard = i + "/2";
      CommandLineRun run =
          init("--out", file.toString(), "--shard", shard, "--max-shard-size", "200B");
      assertEquals(0, run.status(), run.err());
      Files.delete(shared.resolve("s" + i + ".safetensors.index.json"));
    }
    CommandLineRun finished = CommandLineRun.of("finish", shared.toString());
    assertEquals(0, finished.status(), finished.err());
    CommandLineRun whole = verify(shared);
    assertEquals(0, whole.status(), whole.err());
    assertTrue(whole.out().contains("all bits of 9 tensors in 2 shards equal"), whole.out());
    CommandLineRun differs = verify(shared, "--seed", "1");
    assertEquals(1, differs.status());
    assertEquals(
        List.of(
            "initium: " + shared + ": shard 0/2: tensor 'wte' differs first",
            "initium: " + shared + ": shard 1/2: tensor 'wte' differs first"),
        differs.err().lines().map(line -> line.replaceFirst(" at .*", "")).toList());
  }

  /** Where nothing is written there is nothing that differs. */
  @Test
  void shardsWithoutTensorsAreVerified() throws IOException {
    Files.writeString(
        recipe, "tensors: {a: {shape: [2], write: never}}\nrules: [{match: a, init: ones}]\n");
    shards(2, 0);
    assertEquals(0, CommandLineRun.of("finish", shared.toString()).status());
    CommandLineRun whole = verify(shared);
    assertEquals(0, whole.status(), whole.err());
    assertTrue(whole.out().contains("all bits of 0 tensors in 2 shards equal"), whole.out());
  }

  /** A folder of shards is a model: all of it is looked at, and what differs has a line each. */
  @Test
  void shardsAreVerifiedTogether() throws IOException {
    shards(3, 7);
    assertTrue(verify(shared).err().contains("give one of its files"), "it is not finished");
    assertEquals(0, CommandLineRun.of("finish", shared.toString()).status());
    for (Path name : List.of(shared, shared.resolve("shards.json"))) {
      CommandLineRun whole = verify(name);
      assertEquals(0, whole.status(), whole.err());
      assertTrue(
          whole
              .out()
              .contains(
                  "with philox(seed=7, offset=0): all bits of 9 tensors in 3 shards equal, in "),
          whole.out());
    }
    assertTrue(verify(shared, "--shard", "0/3").err().contains("--shard is for one file"));
    Path first = shared.resolve("shard-00001-model-00001-of-00001.safetensors");
    Path last = shared.resolve("shard-00003-model-00001-of-00001.safetensors");
    for (Path file : List.of(first, last)) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Files.write(file, bytes);
    }
    CommandLineRun differs = verify(shared);
    assertEquals(1, differs.status());
    List<String> lines = differs.err().lines().toList();
    assertEquals(2, lines.size(), differs.err());
    assertTrue(lines.get(0).startsWith("initium: " + first + ": tensor '"), differs.err());
    assertTrue(lines.get(1).startsWith("initium: " + last + ": tensor '"), differs.err());
    String index = Files.readString(shared.resolve("shards.json"));
    Files.writeString(shared.resolve("shards.json"), index.replace("1/3", "2/3"));
    String message = verify(shared).err();
    assertTrue(message.contains("shards.json: is not the index of the shards beside it"), message);
    Files.delete(last);
    assertTrue(verify(shared).err().contains("shard 2/3 is missing; of 3 there are 2"));
  }

  @Test
  void partAndShardExclude() {
    CommandLineRun run = init("--out", shared.toString(), "--part", "0/2", "--shard", "0/2");
    assertEquals(2, run.status());
    assertTrue(run.err().contains("--part shares out files of whole tensors"), run.err());
  }

  @Test
  void missingAndForeignShardsAreFound() throws IOException {
    shards(3, 1);
    assertEquals(0, CommandLineRun.of("finish", shared.toString()).status());
    assertTrue(Files.readString(shared.resolve("shards.json")).contains("\"total_size\":756"));
    Path second = shared.resolve("shard-00002-model-00001-of-00001.safetensors");
    Path away = Files.move(second, folder.resolve("away"));
    finishSays("shared: shard 1/3 is missing; of 3 there are 2");
    Files.move(away, second);
    Files.writeString(recipe, Files.readString(recipe).replace("wte: [10, 6]", "wte: [17, 6]"));
    assertEquals(0, init("--out", shared.toString(), "--shard", "1/3", "--seed", "1").status());
    finishSays(
        "shard-00002-model-00001-of-00001.safetensors has [6, 6] of 'wte', which does not follow on"
            + " the shard before: a shard of another recipe");
    assertEquals(0, init("--out", shared.toString(), "--shard", "1/4", "--seed", "1").status());
    finishSays("shared: has shards of 3 and of 4");
  }

  /** What trainers call dcp.load(state, storage_reader=HuggingFaceStorageReader(folder)). */
  @ParameterizedTest
  @ValueSource(ints = {3, 4, 7})
  void torchLoadsShardsAsTheWhole(int count) throws IOException, InterruptedException {
    if (PYTHON == null) {
      System.out.println(
          "shards are not loaded by torch: set INITIUM_TORCH_PYTHON to a Python that has torch"
              + " 2.13.0 and safetensors");
    }
    assumeTrue(PYTHON != null, "INITIUM_TORCH_PYTHON is not set");
    shards(count, 9);
    Path whole = folder.resolve("whole.safetensors");
    assertEquals(0, init("--out", whole.toString(), "--seed", "9").status());
    Process process =
        new ProcessBuilder(
                PYTHON, "src/test/python/torch_dcp.py", whole.toString(), shared.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertEquals("9 tensors", said.strip());
  }
}
