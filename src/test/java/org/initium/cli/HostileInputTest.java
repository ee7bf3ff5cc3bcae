// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.initium.cli.plot.TensorStatistics;
import org.initium.fuzz.Corpus;
import org.initium.fuzz.Fuzz;
import org.initium.text.Text;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The fuzzers' inputs given to every command: a status, one line, no class's name, no escape. */
@Tag("slow")
@Isolated("what a command prints is caught by the streams of the whole process")
class HostileInputTest {
  @TempDir Path folder;

  private void check(String... arguments) {
    CommandLineRun run = CommandLineRun.of(arguments);
    String what = Text.visible(String.join(" ", arguments) + ": " + run.err());
    assertTrue(run.status() >= 0 && run.status() <= 2, what);
    assertFalse(Corpus.CLASS_NAME.matcher(run.err()).find(), what);
    assertFalse(Corpus.CLASS_NAME.matcher(run.out()).find(), () -> what + run.out());
    assertTrue(run.err().length() < 2_500, what);
    for (String printed : List.of(run.out(), run.err())) {
      assertTrue(printed.lines().allMatch(line -> line.equals(Text.visible(line))), what);
    }
    long lines = run.err().lines().filter(line -> !line.startsWith("note: ")).count();
    assertTrue(run.status() == 0 || lines == 1, what);
  }

  /** In one list, which once ended as a stack that overflowed, and one by one. */
  @Test
  void fiveThousandDevices() {
    List<String> devices = Collections.nCopies(5_000, "cpu");
    List<String> fill = List.of("fill", "zeros", "--shape", "2", "--out", folder + "/o");
    List<String> list = new ArrayList<>(fill);
    list.addAll(List.of("--device", String.join(",", devices)));
    List<String> options = new ArrayList<>(fill);
    devices.forEach(device -> options.addAll(List.of("--device", device)));
    for (List<String> arguments : List.of(list, options)) {
      CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
      assertEquals(2, run.status());
      assertEquals(
          "initium: --device names 5,000 devices, and at most 256 share the work; name each once",
          run.err().strip());
    }
  }

  /** In words of the command line and not of Java. */
  @Test
  void numbersThatAreNone() {
    for (String option : List.of("--repeats", "--threads")) {
      String[] command =
          option.equals("--repeats")
              ? new String[] {"bench", option, "3000000000"}
              : new String[] {"fill", "ones", "--shape", "2", "--out", "o", option, "3000000000"};
      CommandLineRun run = CommandLineRun.of(command);
      assertEquals(2, run.status());
      assertTrue(
          run.err().contains("'3000000000' is not a whole number of at most 2147483647"),
          run.err());
    }
    CommandLineRun run =
        CommandLineRun.of("fill", "ones", "--shape", "2", "--out", "o", "--offset", "1e3");
    assertTrue(
        run.err().contains("'1e3' is not a whole number of at most 9223372036854775807"),
        run.err());
  }

  /** So many times have no room in memory, and would take years. */
  @Test
  void repeatsWithoutEnd() {
    CommandLineRun run = CommandLineRun.of("bench", "--repeats", "2000000000");
    assertEquals(2, run.status(), run.err());
    assertTrue(
        run.err().contains("repeats = 2000000000 is not allowed; it must be 1 to 1000000"),
        run.err());
  }

  /** Two such names would be one to Java, and the second file would take the place of the first. */
  @Test
  void namesThatAreNotUtf8AreRefused() {
    CommandLineRun run =
        CommandLineRun.of("fill", "zeros", "--shape", "2", "--out", folder + "/m\uFFFD");
    assertEquals(2, run.status());
    assertTrue(run.err().contains("has bytes that are not UTF-8"), run.err());
    assertEquals(0, folder.toFile().list().length);
  }

  /** Also where all went well. */
  @Test
  void namesOfFilesAreShownWithoutEscapes() throws IOException {
    Path recipe = folder.resolve("r.yaml");
    Files.writeString(recipe, "tensors: {a: [2]}\nrules: [{match: '*', init: zeros}]\n");
    String file = folder + "/e\u001b[31m.safetensors";
    check("init", recipe.toString(), "--out", file);
    assertEquals(0, CommandLineRun.of("verify", file, recipe.toString()).status());
    check("verify", file, recipe.toString());
    String shards = folder + "/d\u001b[31m";
    check("init", recipe.toString(), "--out", shards, "--part", "0/1");
    check("finish", shards);
  }

  @Test
  void everyCommandSaysWhatIsWrongInOneLine() throws IOException {
    long end = System.nanoTime() + Fuzz.seconds() * 1_000_000_000L;
    Path model = folder.resolve("m.safetensors");
    Path good = folder.resolve("good.yaml");
    Path recipe = folder.resolve("r.yaml");
    Path out = folder.resolve("out.safetensors");
    Path png = folder.resolve("out.png");
    Path parts = Files.createDirectory(folder.resolve("parts"));
    Files.writeString(good, "tensors: {a: [2]}\nrules: [{match: '*', init: zeros}]\n");
    Corpus corpus = new Corpus(11);
    int rounds = 0;
    while (System.nanoTime() < end) {
      Files.write(model, corpus.header());
      Files.write(recipe, corpus.recipe().getBytes(StandardCharsets.UTF_8));
      check("inspect", model.toString());
      check("inspect", model.toString(), "--json");
      check("inspect", model.toString(), "--match", corpus.glob());
      check("verify", model.toString(), good.toString());
      check("verify", model.toString(), recipe.toString());
      check("init", recipe.toString(), "--out", out.toString(), "--max-shard-size", "1MB");
      check("init", recipe.toString(), "--plan", "--shard", "1/2", "--generator", "torch-cpu");
      check("init", recipe.toString(), "--plan", "--from", model.toString());
      check("init", good.toString(), "--plan", "--config", model.toString());
      check("fill", corpus.expression(), "--shape", "3,4", "--out", out.toString());
      check("fill", "zeros", "--shape", corpus.expression(), "--out", out.toString());
      check(
          "fill",
          "normal",
          "--shape",
          "2",
          "--generator",
          corpus.expression(),
          "--out",
          out.toString());
      check("bench", "--device", corpus.expression());
      check("bench", "--size", corpus.expression(), "--repeats", "0");
      check("devices", corpus.expression());
      check("inspect", model.toString(), "--plot", png.toString());
      Files.write(parts.resolve("m-00001-of-00001.safetensors"), corpus.header());
      check("finish", parts.toString());
      check("finish", corpus.glob());
      rounds++;
    }
    System.out.println("hostile inputs: " + rounds + " rounds of 18 commands");
    assertTrue(rounds > 0);
  }

  @Test
  void namesDoNotReachTheTerminalAsTheyAre() throws IOException {
    Path model = folder.resolve("m.safetensors");
    String header =
        "{\"__metadata__\":{\"\\u001b]0;x\\u0007\":\"\\u202e\"},\"a\\u001b[31m\\r\\u202eb\":"
            + "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    Files.write(model, Corpus.file(header));
    CommandLineRun table = CommandLineRun.of("inspect", model.toString());
    assertEquals(0, table.status(), table.err());
    assertTrue(table.out().contains("# \\u001b]0;x\\u0007 = \\u202e"), table.out());
    assertTrue(table.out().contains("a\\u001b[31m\\r\\u202eb  [2]"), table.out());
    CommandLineRun json = CommandLineRun.of("inspect", model.toString(), "--json");
    assertEquals(0, json.status(), json.err());
    assertTrue(
        json.out()
            .contains("{\"name\":\"a\\u001B[31m\\r\\u202eb\",\"dtype\":\"F32\",\"shape\":[2]"),
        json.out());
    assertTrue(json.out().endsWith("\n], \"elements\": 2, \"bytes\": 8}\n"), json.out());
  }

  /** XChart looked for ticks between these for ever, or failed. */
  @Test
  void anyRangeIsPlotted() throws IOException {
    Path png = folder.resolve("p.png");
    double[][] pairs = {
      {1e46, Math.nextUp(1e46)},
      {-1e308, 1e308},
      {Double.MIN_VALUE, 3 * Double.MIN_VALUE},
      {0, 1e-320},
      {1, 1 + 1e-15}
    };
    for (double[] pair : pairs) {
      Path model = folder.resolve("m.safetensors");
      Files.write(model, Corpus.doubles(pair));
      long start = System.nanoTime();
      CommandLineRun run = CommandLineRun.of("inspect", model.toString(), "--plot", png.toString());
      assertEquals(0, run.status(), run.err());
      assertTrue(Files.size(png) > 1_000);
      assertTrue(System.nanoTime() - start < 30_000_000_000L);
      String half = TensorStatistics.number(Math.abs(pair[1] / 2 - pair[0] / 2));
      assertTrue(run.out().contains(" " + half + " "), () -> half + " in " + run.out());
      Files.delete(png);
    }
  }

  /** In one panel: what is narrow beside the others had an infinite density. */
  @Test
  void tensorsOfAnyRangesArePlottedTogether() throws IOException {
    double[] ends = {
      1, 1 + 0x1p-52, 1e20, 1e20, 1e-40, 2e-40, -1e308, 1e308, 0, Double.MIN_VALUE, 1e46, 1e-46
    };
    StringBuilder header = new StringBuilder("{");
    ByteBuffer data = ByteBuffer.allocate(ends.length * ends.length * 8);
    data.order(ByteOrder.LITTLE_ENDIAN);
    for (int one = 0; one < ends.length; one += 2) {
      for (int other = 0; other < ends.length; other += 2) {
        for (int i = 0; i < 2; i++) {
          int from = i == 0 ? one : other;
          int at = data.position();
          data.putDouble(ends[from]).putDouble(ends[from + 1]);
          header.append(at == 0 ? "" : ",").append("\"x").append(one + "x" + other + "." + i);
          header.append("\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[" + at + ",");
          header.append(data.position() + "]}");
        }
      }
    }
    byte[] text = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + data.position());
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).put(data.flip());
    Path model = Files.write(folder.resolve("m.safetensors"), file.array());
    Path png = folder.resolve("p.png");
    CommandLineRun run = CommandLineRun.of("inspect", model.toString(), "--plot", png.toString());
    assertEquals(0, run.status(), run.err());
    assertTrue(Files.size(png) > 1_000);
  }
}
