// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.cli.files.TensorBytes;
import org.initium.io.Checkpoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a recipe comes to, and what is kept of an existing file, by the command line. */
@Tag("slow")
class PlanAndKeepTest {
  private static final String MODEL =
      """
      tensors: {wte: [VOCABULARY, 6], "h.{0..1}.w": {shape: [6, 8], dtype: bf16}, head: {like: wte}MORE}
      rules: [{match: score, init: zeros}, {match: "*", init: normal(std=0.02)}]
      """;

  @TempDir private Path folder;

  private CommandLineRun run(String line) {
    List<String> arguments = new ArrayList<>();
    for (String word : line.trim().split(" +")) {
      arguments.add(word.replace("@", folder + "/"));
    }
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }

  private CommandLineRun done(String line) {
    CommandLineRun run = run(line);
    assertEquals(0, run.status(), line + ": " + run.err());
    return run;
  }

  private void recipe(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static String model(int vocabulary, String more) {
    return MODEL.replace("VOCABULARY", vocabulary + "").replace("MORE", more);
  }

  @Test
  void aNumberOfThreadsIsOneOrMore() throws IOException {
    recipe("old.yaml", model(10, ""));
    for (String what : List.of("--out @old.safetensors", "--plan")) {
      CommandLineRun none = run("init @old.yaml --threads 0 " + what);
      assertEquals(2, none.status());
      assertEquals("initium: --threads = 0 is not allowed; it must be 1 or more\n", none.err());
    }
    CommandLineRun word = run("init @old.yaml --threads two --out @old.safetensors");
    assertEquals(2, word.status());
    assertTrue(word.err().contains("--threads"), word.err());
  }

  /** As transformers' resize_token_embeddings: old rows stay, new ones are drawn. */
  @ParameterizedTest
  @ValueSource(strings = {"--chunk 64", "--chunk 1MiB", "--generator torch-cpu", "--threads 1"})
  void whatIsThereIsKeptAndRowsAreAdded(String how) throws IOException {
    recipe("old.yaml", model(10, ""));
    String keep = "keep: [{match: wte, grow: true}, {match: '*'}]";
    recipe("new.yaml", model(13, ", score: [2, 6]") + keep);
    done("init @old.yaml --seed 1 --out @old.safetensors");
    done("init @new.yaml --seed 2 --out @fresh.safetensors " + how);
    done("init @new.yaml --seed 2 --from @old.safetensors --out @new.safetensors " + how);
    Map<String, byte[]> old = TensorBytes.of(folder, "old.safetensors");
    Map<String, byte[]> fresh = TensorBytes.of(folder, "fresh.safetensors");
    Map<String, byte[]> made = TensorBytes.of(folder, "new.safetensors");
    assertEquals(fresh.keySet(), made.keySet());
    byte[] grown = fresh.get("wte").clone();
    System.arraycopy(old.get("wte"), 0, grown, 0, old.get("wte").length);
    assertArrayEquals(grown, made.get("wte"));
    assertArrayEquals(grown, made.get("head"));
    assertArrayEquals(old.get("h.0.w"), made.get("h.0.w"));
    assertArrayEquals(old.get("h.1.w"), made.get("h.1.w"));
    assertArrayEquals(new byte[48], made.get("score"));

    done("verify @new.safetensors @new.yaml --from @old.safetensors");
    CommandLineRun other = run("verify @new.safetensors @new.yaml --from @fresh.safetensors");
    assertEquals(1, other.status());
    assertTrue(other.err().contains("tensor 'wte' differs first at [0, 0]"), other.err());
    CommandLineRun without = run("verify @new.safetensors @new.yaml");
    assertEquals(2, without.status());
    assertTrue(without.err().contains("kept of old.safetensors; give that with --from"));
  }

  @ParameterizedTest
  @CsvSource({"3, ''", "2, 'shards: [{match: wte, dim: 1}, {match: \"*\", dim: 0}]'"})
  void shardsOfWhatIsKeptAreSlices(int count, String shards) throws IOException {
    recipe("old.yaml", model(10, ""));
    recipe("new.yaml", model(13, "") + "keep: [{match: '*', grow: true}]\n" + shards);
    done("init @old.yaml --seed 1 --out @old.safetensors");
    done("init @new.yaml --from @old.safetensors --out @whole.safetensors");
    byte[] whole = TensorBytes.of(folder, "whole.safetensors").get("wte");
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String shard = " --shard " + i + "/" + count;
      done("init @new.yaml --from @old.safetensors --out @part.safetensors --chunk 40" + shard);
      done("verify @part.safetensors @new.yaml --from @old.safetensors");
      parts.add(TensorBytes.of(folder, "part.safetensors").get("wte"));
    }
    byte[] joined = new byte[whole.length];
    int at = 0;
    for (int row = 0; shards.isEmpty() ? row < 1 : row < 13; row++) {
      for (byte[] part : parts) {
        int length = shards.isEmpty() ? part.length : part.length / 13;
        System.arraycopy(part, shards.isEmpty() ? 0 : row * length, joined, at, length);
        at += length;
      }
    }
    assertArrayEquals(whole, joined);
  }

  /** A checkpoint's backbone under other names, without rules for what is kept. */
  @Test
  void namesOfTheFileMayDiffer() throws IOException {
    recipe("old.yaml", model(10, ""));
    recipe(
        "new.yaml",
        """
        tensors: {model.wte: [10, 6], model.head: [10, 6], score: [2, 6]}
        rules: [{match: score, init: ones}]
        keep: [{match: "model.{name}", from: "{name}"}]
        """);
    done("init @old.yaml --seed 1 --out @old.safetensors");
    CommandLineRun run = done("init @new.yaml --from @old.safetensors --out @new.safetensors");
    String left = "of " + folder + "/old.safetensors these are not kept: h.0.w, h.1.w";
    assertTrue(run.err().lines().anyMatch(line -> line.endsWith(left)), run.err());
    assertArrayEquals(
        TensorBytes.of(folder, "old.safetensors").get("wte"),
        TensorBytes.of(folder, "new.safetensors").get("model.wte"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "keep: [{match: wte}] | shape [13, 6], 'wte' of @old.safetensors has [10, 6]; grow: true",
        "keep: [{match: wte, grow: 1}] | 'grow' is true or false, not '1'",
        "keep: [{match: wte, grown: true}] | has no 'grown'; did you mean grow? (it takes match,",
        "keep: {match: wte} | 'keep' is a mapping, not a list",
        "keep: [{match: wte, from: '{x}'}] | '{x}' is not captured by 'match'",
        "keep: [{match: wte, from: h.0.w}] | tensor 'wte' is f32, 'h.0.w' of @old.safetensors is"
            + " BF16",
        "keep: [{grow: true}] | needs 'match'",
        "shards: [{match: x, dim: 0}] | has shape [13, 6]",
      })
  void whatCannotBeKeptIsOneLine(String keep, String message) throws IOException {
    recipe("old.yaml", model(10, ""));
    recipe("new.yaml", model(13, "") + keep);
    done("init @old.yaml --seed 1 --out @old.safetensors");
    CommandLineRun run = run("init @new.yaml --from @old.safetensors --out @new.safetensors");
    assertEquals(2, run.status(), run.toString());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(message.replace("@", folder + "/")), run.err());
    assertTrue(Files.notExists(folder.resolve("new.safetensors")));
  }

  @Test
  void theFileIsNotWrittenOver() throws IOException {
    recipe("old.yaml", model(10, ""));
    done("init @old.yaml --out @old.safetensors");
    CommandLineRun run = run("init @old.yaml --from @old.safetensors --out @old.safetensors");
    assertEquals(2, run.status());
    assertTrue(run.err().contains("which would write over it"), run.err());
    assertEquals(2, run("init @old.yaml --plan --out @x").status());
    assertEquals(2, run("init @old.yaml --from @no --out @x").status());
    assertEquals(2, run("init @old.yaml --config @no.json --out @x").status());
  }

  static Stream<String> recipes() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/resources/torch-modules"))) {
      return files.map(Path::toString).filter(name -> name.endsWith(".yaml")).toList().stream();
    }
  }

  /** The plan is what verify finds: names, shapes, dtypes and laws, of the whole and a shard. */
  @ParameterizedTest
  @MethodSource("recipes")
  void thePlanIsWhatIsMade(String recipe) throws IOException {
    for (String how : List.of("", " --shard 1/3", " --generator torch-cpu")) {
      String wrote = done("init " + recipe + " --out @m.safetensors" + how).out();
      done("verify @m.safetensors " + recipe);
      List<String> lines =
          done("init " + recipe + " --plan" + how).out().lines().collect(Collectors.toList());
      assertTrue(lines.getFirst().matches("name +shape +dtype +shard +stream +values"));
      Map<String, String[]> rows = new LinkedHashMap<>();
      assertTrue(wrote.contains(": " + lines.removeLast() + " in "), wrote);
      lines.stream().skip(1).map(line -> line.split(" {2,}")).forEach(row -> rows.put(row[0], row));
      rows.values().removeIf(row -> row[3].equals("-")); // drawn, not written
      Map<String, byte[]> made = TensorBytes.of(folder, "m.safetensors");
      assertEquals(
          made.keySet(),
          rows.keySet().stream()
              .sorted(order(made))
              .collect(Collectors.toCollection(java.util.LinkedHashSet::new)));
      try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("m.safetensors"))) {
        for (Checkpoint.Entry entry : checkpoint.entries()) {
          String[] row = rows.get(entry.tensor().name());
          assertTrue(row[3].startsWith(entry.tensor().shape() + " at "), Arrays.toString(row));
          assertEquals(entry.tensor().type().dtype().orElseThrow().toString(), row[2]);
          assertLaw(row[5], row[2], made.get(entry.tensor().name()), Arrays.toString(row));
        }
      }
    }
  }

  private static java.util.Comparator<String> order(Map<String, byte[]> made) {
    return java.util.Comparator.comparing(List.copyOf(made.keySet())::indexOf);
  }

  /** Values lie within the law's bounds, or 12 of its standard deviations; constants are equal. */
  private static void assertLaw(String law, String dtype, byte[] bytes, String row) {
    java.util.regex.Matcher last =
        java.util.regex.Pattern.compile("(uniform|normal|constant)\\(([^()]*)\\)$").matcher(law);
    if (!dtype.equals("f32") || !last.find()) {
      return; // a copy, or a part that is overwritten
    }
    double[] numbers =
        Stream.of(last.group(2).split(", "))
            .mapToDouble(argument -> Double.parseDouble(argument.replaceAll(".*=", "")))
            .toArray();
    MemorySegment memory = MemorySegment.ofArray(bytes);
    for (int i = 0; i < bytes.length / 4; i++) {
      double value = memory.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      boolean fits =
          switch (last.group(1)) {
            case "constant" -> value == (float) numbers[0];
            case "uniform" -> value >= (float) numbers[0] && value <= (float) numbers[1];
            default -> Math.abs(value - numbers[0]) <= 12 * numbers[1];
          };
      assertTrue(fits, row + ": " + value);
    }
  }
}
