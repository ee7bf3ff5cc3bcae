// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
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

  private Map<String, byte[]> tensors(String file) throws IOException {
    Map<String, byte[]> tensors = new LinkedHashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve(file));
        Arena arena = Arena.ofConfined()) {
      for (Checkpoint.Entry entry : checkpoint.entries()) {
        MemorySegment bytes = arena.allocate(entry.tensor().bytes());
        checkpoint.read(entry, 0, bytes);
        tensors.put(entry.tensor().name(), bytes.toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return tensors;
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
    Map<String, byte[]> old = tensors("old.safetensors");
    Map<String, byte[]> fresh = tensors("fresh.safetensors");
    Map<String, byte[]> made = tensors("new.safetensors");
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
    byte[] whole = tensors("whole.safetensors").get("wte");
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String shard = " --shard " + i + "/" + count;
      done("init @new.yaml --from @old.safetensors --out @part.safetensors --chunk 40" + shard);
      done("verify @part.safetensors @new.yaml --from @old.safetensors");
      parts.add(tensors("part.safetensors").get("wte"));
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

  /** Quantized weights, as MLX and GPTQ write them, beside what is made anew. */
  @ParameterizedTest
  @ValueSource(strings = {"", "--chunk 8", "--generator torch-cpu", "--dtype bf16"})
  void typesThatNothingFillsAreKept(String how) throws IOException {
    Files.write(folder.resolve("old.safetensors"), foreign());
    recipe(
        "new.yaml",
        """
        template: old.safetensors
        tensors: {copy: {like: q32}, score: [2, 6]}
        rules: [{match: "*", init: normal}]
        """);
    done("init @new.yaml --from @old.safetensors --out @new.safetensors " + how);
    done(
        "verify @new.safetensors @new.yaml --from @old.safetensors "
            + how.replace("--generator torch-cpu", ""));
    Map<String, byte[]> old = tensors("old.safetensors");
    Map<String, byte[]> made = tensors("new.safetensors");
    old.forEach((name, bytes) -> assertArrayEquals(bytes, made.get(name), name));
    assertArrayEquals(old.get("q32"), made.get("copy"));
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("new.safetensors"));
        Checkpoint before = Checkpoint.open(folder.resolve("old.safetensors"))) {
      for (Checkpoint.Entry entry : before.entries()) {
        Checkpoint.Entry kept =
            checkpoint.entries().stream()
                .filter(e -> e.tensor().name().equals(entry.tensor().name()))
                .findFirst()
                .orElseThrow();
        assertEquals(entry.tensor().type(), kept.tensor().type());
        assertEquals(entry.tensor().shape(), kept.tensor().shape());
      }
    }
    String plan = done("init @new.yaml --from @old.safetensors --plan").out();
    assertTrue(plan.lines().anyMatch(l -> l.matches("q4 +\\[4, 6] +F4 .*kept q4")), plan);

    CommandLineRun without = run("init @new.yaml --out @x.safetensors");
    assertEquals(2, without.status());
    assertTrue(without.err().contains("which has no initializers: it can be kept"), without.err());
    byte[] bytes = Files.readAllBytes(folder.resolve("new.safetensors"));
    bytes[bytes.length - 1] ^= 1; // of the smallest type
    Files.write(folder.resolve("other.safetensors"), bytes);
    CommandLineRun other =
        run(
            "verify @other.safetensors @new.yaml --from @old.safetensors "
                + how.replace("--generator torch-cpu", ""));
    assertEquals(1, other.status());
    assertTrue(other.err().contains(" differs first at ["), other.err());
  }

  @Test
  void shardsOfTypesThatNothingFillsAreSlices() throws IOException {
    Files.write(folder.resolve("old.safetensors"), foreign());
    recipe(
        "new.yaml",
        "template: old.safetensors\n"
            + "rules: []\n"
            + "shards: [{match: q?, dim: 0}, {match: '*', dim: -1}]");
    byte[] whole = tensors("old.safetensors").get("q4");
    for (int i = 0; i < 2; i++) {
      done("init @new.yaml --from @old.safetensors --out @part.safetensors --shard " + i + "/2");
      assertArrayEquals(
          Arrays.copyOfRange(whole, i * 6, i * 6 + 6), tensors("part.safetensors").get("q4"));
    }
    recipe(
        "columns.yaml",
        "template: old.safetensors\n"
            + "rules: []\n"
            + "shards: [{match: q4, dim: 1}, {match: '*', dim: 0}]");
    done("init @columns.yaml --from @old.safetensors --out @part.safetensors --shard 1/2");
    try (Checkpoint part = Checkpoint.open(folder.resolve("part.safetensors"))) {
      String offsets = part.metadata().get("DCP_SHARDING_INFO");
      assertTrue(offsets.contains("\"q4\":{\"saved_offsets\":[0,2]}"), offsets);
    }
    recipe("cut.yaml", "template: old.safetensors\nrules: []\nshards: [{match: '*', dim: -1}]");
    CommandLineRun cut =
        run("init @cut.yaml --from @old.safetensors --out @x.safetensors --shard 0/3");
    assertEquals(2, cut.status(), cut.err());
    assertTrue(cut.err().contains("are not whole elements of 6"), cut.err());
  }

  /** A file with a tensor of each type that nothing fills, whose bytes count from 1. */
  private static byte[] foreign() {
    String[] types = {
      "U64 8 3,2",
      "C64 8 5",
      "U32 4 3,4",
      "U16 2 7",
      "F8_E8M0 1 4",
      "F8_E4M3FNUZ 1 4,3",
      "F8_E5M2FNUZ 1 2"
    };
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (String type : types) {
      String[] field = type.split(" ");
      int bytes = Integer.parseInt(field[1]);
      for (String size : field[2].split(",")) {
        bytes *= Integer.parseInt(size);
      }
      String name = field[0].equals("U32") ? "q32" : field[0].toLowerCase(java.util.Locale.ROOT);
      header.append(entry(name, field[0], field[2], at, bytes)).append(',');
      at += bytes;
    }
    header.append(entry("q6", "F6_E2M3", "2,4", at, 6)).append(',');
    header.append(entry("q4", "F4", "4,6", at + 6, 12)).append('}');
    at += 18;
    byte[] text = header.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    java.nio.ByteBuffer file =
        java.nio.ByteBuffer.allocate(8 + text.length + at)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .put(text);
    for (int i = 1; i <= at; i++) {
      file.put((byte) i);
    }
    return file.array();
  }

  private static String entry(String name, String type, String shape, int at, int bytes) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
        .formatted(name, type, shape, at, at + bytes);
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
    assertTrue(run.err().contains("of " + folder + "/old.safetensors these are not kept: h.0.w"));
    assertArrayEquals(
        tensors("old.safetensors").get("wte"), tensors("new.safetensors").get("model.wte"));
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
      Map<String, byte[]> made = tensors("m.safetensors");
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
