// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class CommandLineTest {
  private static final String RECIPE =
      """
      vars: {width: 8}
      tensors:
        a.weight: [width, 2*width]
        a.bias: [width]
        b.weight: {shape: [3, width], dtype: bf16}
        scale: []
      rules:
        - {match: "*.bias", init: zeros}
        - {match: "*", init: "normal(std=1/width)"}
      """;

  @TempDir Path folder;

  @BeforeEach
  void writeRecipe() throws IOException {
    Files.writeString(folder.resolve("r.yaml"), RECIPE);
    Files.writeString(folder.resolve("bad.yaml"), RECIPE.replace("zeros", "zeroes"));
    Files.writeString(
        folder.resolve("t.yaml"), "tensors: {t: [3]}\nrules: [{match: '*', init: ones}]");
    Files.createSymbolicLink(folder.resolve("null"), Path.of("/dev/null"));
    Files.writeString(folder.resolve("junk.safetensors"), "no safetensors at all");
  }

  /** Runs a command line in which @ stands for the folder. */
  private CommandLineRun run(String line) {
    List<String> arguments = new ArrayList<>();
    for (String word : line.trim().split(" +")) {
      arguments.add(word.replace("@", folder + "/"));
    }
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "init | Missing required",
        "init @r.yaml | Missing required option: '--out=FILE'",
        "init --out @o | Missing required parameter: 'RECIPE'",
        "init @missing.yaml --out @o | no file ",
        "init @bad.yaml --out @o | bad.yaml:8:29: ",
        "init @r.yaml --out @o --device tpu! | Invalid value for option '--device'",
        "init @r.yaml --out @o --dtype f8 | dtype 'f8' is not known; use one of f32, f64, f16,"
            + " bf16",
        "init @r.yaml --out @o --seed x | 'x' is not a seed; write a whole number",
        "init @r.yaml --out @o --seed 18446744073709551616 | is not a seed",
        "init @r.yaml --out @o --shard 2/2 | shard 2/2 is not one: of n shards, there are 0/n",
        "init @r.yaml --out @o --shard half | shard 'half' is not index/count; write 0/4",
        "init @r.yaml --out @o --max-shard-size 0 | '0' is not a size of 1 byte or more",
        "init @r.yaml --out @o --max-shard-size 5XB | '5XB' is not a size of 1 byte or more",
        "init @r.yaml --out @o --shard 0/2 | o: make it before, or give the name of a file",
        "init @r.yaml --out @o --part 0/2 | o: make it before, or give the name of a file",
        "init @r.yaml --out @o --set depth=3 | there is no variable 'depth' to set; 'vars' has"
            + " width",
        "init @r.yaml --out @o --set wdth=3 | there is no variable 'wdth' to set; did you mean"
            + " width?",
        "init @r.yaml --out @o --set width | option '--set' (VAR=VALUE): 'width' is not VAR=VALUE",
        "init @r.yaml --out - | standard output cannot be written whole or not at all; give a file",
        "fill ones --shape 2 --out - | option '--out': standard output cannot be",
        "inspect @m.safetensors --plot - | option '--plot': standard output cannot be",
        "init @r.yaml --out @o --set width= | --set width: expected a number, a variable or a"
            + " function",
        "init @r.yaml --out @o --set width=4,b=3 | --set width: expected an operator or the end",
        "init @r.yaml --out @o --set =3 | '=3' is not VAR=VALUE, as layers=24",
        "init @r.yaml --out @o --device vulkan | no backend for device 'vulkan'; there are cpu",
        "init @r.yaml --out @o --device cpu,gpu:1 | device 'gpu:1'; NVIDIA's GPUs are cuda, cuda:1",
        "bench --device cud | no backend for device 'cud'; did you mean cuda?",
        "init @r.yaml --out @o --set width=0.5 | size 0 of 'a.weight'",
        "init @r.yaml --out @o --generator lcg | lcg",
        "init @r.yaml --out @o --sead 3 | Unknown option",
        "init @r.yaml @r.yaml --out @o | Unmatched argument",
        "fill | Missing required",
        "fill normal --out @o | Missing required option: '--shape=SIZES'",
        "fill normal --shape 3 | Missing required option: '--out=FILE'",
        "fill gauss --shape 3 --out @o | gauss",
        "fill normal(std=-1) --shape 3 --out @o | std",
        "fill normal(std= --shape 3 --out @o | Invalid value",
        "fill eye --shape 3 --out @o | shape [3]",
        "fill orthogonal --shape 3 --out @o | shape [3]",
        "fill kaiming_normal --shape 3 --out @o | [3]",
        "fill normal --shape 3,x --out @o | shape '3,x' is not a list of sizes; write them as"
            + " 512,256",
        "fill normal --shape -3 --out @o | -3",
        "fill normal --shape 3 --dtype int8 --out @o | i8 has whole numbers alone",
        "fill normal --shape 3 --offset -4 --out @o | offset",
        "fill uniform(0,1e9) --shape 3 --dtype f16 --out @o | finite in f16",
        "inspect | Missing required parameter: 'FILE'",
        "inspect @missing.safetensors | no file ",
        "inspect @. | model.safetensors; the folder has junk.safetensors: give one of its files",
        "inspect @junk.safetensors | junk.safetensors: header of ",
        "inspect @r.yaml | r.yaml: ",
        "verify @junk.safetensors @r.yaml | junk.safetensors: header of ",
        "verify @junk.safetensors | Missing required parameter: 'RECIPE'",
        "bench --size tiny | 'tiny' is not a size",
        "bench --size 7B | size = 7 is not allowed; it must be 8 bytes or more",
        "bench --repeats 0 | repeats = 0 is not allowed; it must be 1 to 1000000",
        "init @t.yaml --out @o --set a=3 | there is no variable 'a' to set; 'vars' has none",
        "inti @r.yaml | did you mean init?",
        "init @r.yaml --out @o --dtipe f32 | did you mean --dtype?",
        "frobnicate | Unmatched argument at index 0: 'frobnicate'",
        "--frobnicate | Unknown option: '--frobnicate'",
      })
  void badUsageIsOneLineAndStatusTwoAndNothingIsWritten(String line, String message)
      throws IOException {
    List<String> before = files();
    CommandLineRun run = run(line);
    assertEquals(2, run.status(), run.toString());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("initium"), run.err());
    assertTrue(run.err().contains(message.strip()), run.err());
    assertEquals("", run.out());
    assertEquals(before, files());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "init @r.yaml --out @no/o | no folder ",
        "init @r.yaml --out @ | is a folder",
        "bench --size 1000TB | out of memory on cpu",
        "init @r.yaml --out @o --device cuda:99 | ",
        "fill normal --shape 1000000000000000 --out @o | no room for",
      })
  void whatCannotBeDoneIsOneLineAndStatusOne(String line, String message) throws IOException {
    List<String> before = files();
    CommandLineRun run = run(line);
    assertEquals(1, run.status(), run.toString());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(message == null || run.err().contains(message.strip()), run.err());
    assertEquals(before, files());
  }

  @Test
  void aPlotThatCannotBeWrittenIsOneLine() {
    run("init @r.yaml --out @m.safetensors");
    CommandLineRun missing = run("inspect @m.safetensors --plot @no/m.png");
    assertEquals(1, missing.status(), missing.toString());
    assertEquals("initium: no folder " + folder + "/no to write m.png in\n", missing.err());
    CommandLineRun onFolder = run("inspect @m.safetensors --plot @");
    assertEquals(1, onFolder.status(), onFolder.toString());
    assertEquals(1, onFolder.err().lines().count(), onFolder.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Dinitium.threads=0", "-Dinitium.native=maybe"})
  void aWrongSystemPropertyIsOneLine(String property) throws Exception {
    List<String> fill = List.of("fill", "ones", "--shape", "3", "--out", folder + "/o");
    List<String> command = Program.command(List.of(), "org.initium.cli.Main", fill);
    command.add(1, property);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(2, process.waitFor(), lines.toString());
    String said = property.substring(2).replace("=", " = ") + " is not allowed; ";
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().startsWith("initium: " + said), lines.toString());
  }

  @Test
  void aNameThatNoFileCanHaveIsOneLine() throws IOException {
    String errors = folder.resolve("errors").toString();
    String name = "x".repeat(300);
    Process process =
        Program.start(
            new File(errors), "fill", "ones", "--shape", "3", "--out", folder + "/" + name);
    assertEquals(1, process.onExit().join().exitValue());
    List<String> lines = Files.readAllLines(Path.of(errors));
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains("name too long"), lines.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "init", "fill", "inspect", "verify", "devices", "bench"})
  void helpExplainsEachCommand(String command) {
    CommandLineRun run = run(command + " --help");
    assertEquals(0, run.status());
    assertEquals("", run.err());
    assertTrue(run.out().lines().count() >= 5, run.out());
    assertTrue(run.out().contains("Usage: initium"), run.out());
    assertTrue(run.out().lines().allMatch(line -> line.length() <= 120), run.out());
  }

  @Test
  void aModelIsWrittenInspectedAndVerified() {
    CommandLineRun written = run("init @r.yaml --out @m.safetensors --seed 0x2a");
    assertEquals(0, written.status(), written.err());
    assertTrue(written.out().contains("4 tensors, 161 parameters, 596 B"), written.out());
    CommandLineRun verified = run("verify @m.safetensors @r.yaml");
    assertEquals(0, verified.status(), verified.err());
    assertTrue(verified.out().contains("seed=42"), "the seed of the header: " + verified.out());
    CommandLineRun inspected = run("inspect @m.safetensors --plot @m.png");
    assertEquals(0, inspected.status(), inspected.err());
    assertTrue(inspected.out().contains("a.weight  [8, 16]  f32"), inspected.out());
    assertTrue(inspected.out().contains("4 tensors, 161 elements, 596 B"), inspected.out());
    assertTrue(Files.exists(folder.resolve("m.png")));
  }

  @Test
  void aRecipeMayComeByStandardInput() throws IOException {
    String model = folder + "/m.safetensors";
    CommandLineRun.reading(RECIPE, "init", "-", "--out", model).ok();
    assertTrue(run("verify @m.safetensors @r.yaml").ok().contains("all bits of 4 tensors equal"));
    String verified = CommandLineRun.reading(RECIPE, "verify", model, "-").ok();
    assertTrue(verified.contains("is what <stdin> gives"), verified);
    CommandLineRun bad =
        CommandLineRun.reading(RECIPE.replace("zeros", "zeroes"), "init", "-", "--plan");
    assertEquals(2, bad.status(), bad.toString());
    assertTrue(bad.err().startsWith("initium: <stdin>:8:29: unknown initializer"), bad.err());
    CommandLineRun empty = CommandLineRun.reading("", "init", "-", "--out", folder + "/o");
    assertEquals("initium: <stdin>:1:1: the recipe is empty\n", empty.err());
    CommandLineRun long4 = CommandLineRun.reading("#".repeat((4 << 20) + 1), "init", "-", "--plan");
    assertEquals("initium: <stdin>:1:1: more than 4 MiB; is this a recipe?\n", long4.err());
    CommandLineRun missing = CommandLineRun.reading(RECIPE, "init", "./-", "--plan");
    assertTrue(missing.err().startsWith("initium: no file ./-"), missing.err());
  }

  @Test
  void aShardSaysItsOwnParameters() {
    CommandLineRun first = run("init @r.yaml --out @m.safetensors --shard 0/8");
    assertTrue(first.out().contains("4 tensors, 18 parameters, 72 B"), first.toString());
  }

  /** The lines of tensors. */
  private List<String> rows(String line) {
    return run(line).ok().lines().filter(row -> row.contains("]  ")).toList();
  }

  @Test
  void theDtypeOfTheCommandLineIsThatOfEveryTensor() {
    run("init @r.yaml --out @m.safetensors --dtype f16");
    List<String> rows = rows("inspect @m.safetensors");
    assertEquals(4, rows.size());
    assertTrue(rows.stream().allMatch(row -> row.contains(" f16 ")), rows::toString);
  }

  @Test
  void aSeedHas64Bits() throws IOException {
    run("init @r.yaml --out @most.safetensors --seed 18446744073709551615");
    run("init @r.yaml --out @minus.safetensors --seed -1");
    assertEquals(
        -1,
        Files.mismatch(folder.resolve("most.safetensors"), folder.resolve("minus.safetensors")));
    CommandLineRun verified = run("verify @most.safetensors @r.yaml");
    assertTrue(verified.out().contains("seed=18446744073709551615"), verified.toString());
  }

  @Test
  void inspectCountsZerosAndWhatMatches() {
    run("init @r.yaml --out @m.safetensors");
    List<String> rows = rows("inspect @m.safetensors --match *.bias");
    assertEquals(1, rows.size(), rows::toString);
    assertTrue(rows.getFirst().matches("a.bias +\\[8\\] +f32 +0 +0 +0 +0 +8 .*"), rows.getFirst());
  }

  @Test
  void verifyNamesTheFirstDifference() throws IOException {
    run("init @r.yaml --out @m.safetensors --seed 1");
    assertEquals(1, run("verify @m.safetensors @r.yaml --seed 2").status());
    byte[] bytes = Files.readAllBytes(folder.resolve("m.safetensors"));
    int start = 8 + bytes[0] + 256 * bytes[1];
    bytes[start + 4 * (16 * 3 + 5)] ^= 1; // a.weight[3, 5]
    Files.write(folder.resolve("m.safetensors"), bytes);
    CommandLineRun run = run("verify @m.safetensors @r.yaml");
    assertEquals(1, run.status());
    assertTrue(run.err().contains("tensor 'a.weight' differs first at [3, 5]: "), run.err());
    assertTrue(run.err().endsWith(" with philox(seed=1, offset=0)\n"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void verifyTellsAnotherModelByItsHeader() throws IOException {
    run("init @r.yaml --out @m.safetensors");
    differs("2*width", "3*width", "'a.weight' has shape [8, 16], the recipe says [8, 24]");
    differs("bf16", "f16", "'b.weight' is BF16, the recipe says f16");
    differs("  scale: []\n", "", "tensor 'scale' is not in the recipe");
    differs("scale", "size", "tensor 'size' of the recipe is not there");
  }

  private void differs(String part, String other, String message) throws IOException {
    Files.writeString(folder.resolve("o.yaml"), RECIPE.replace(part, other));
    String error = run("verify @m.safetensors @o.yaml").err();
    assertTrue(error.contains(message), error);
  }

  @Test
  void severalFilesAndShardsVerifyToo() {
    assertEquals(0, run("init @r.yaml --out @m.safetensors --max-shard-size 100").status());
    assertTrue(Files.exists(folder.resolve("m.safetensors.index.json")));
    assertEquals(0, run("verify @m.safetensors @r.yaml").status());
    assertEquals(0, run("inspect @m.safetensors").status());
    for (int i = 0; i < 3; i++) {
      String file = "@shard" + i + ".safetensors";
      assertEquals(0, run("init @r.yaml --shard " + i + "/3 --out " + file).status());
      CommandLineRun verified = run("verify " + file + " @r.yaml");
      assertEquals(0, verified.status(), verified.err());
    }
  }

  @Test
  void aModelIsATemplate() throws IOException {
    run("init @r.yaml --out @m.safetensors --max-shard-size 100");
    Files.writeString(
        folder.resolve("t.yaml"),
        "template: {file: m.safetensors.index.json, exclude: [scale]}\n"
            + "rules: [{match: '*', init: zeros}]");
    CommandLineRun run = run("init @t.yaml --out @t.safetensors");
    assertTrue(run.out().contains("3 tensors, 160 parameters, 592 B"), run.toString());
  }

  @Test
  void aFillIsTheLibrarysFill() throws IOException {
    assertEquals(
        0,
        run("fill uniform(-1,1) --shape 5,4 --seed 9 --offset 12 --out @f.safetensors").status());
    byte[] file = Files.readAllBytes(folder.resolve("f.safetensors"));
    try (Tensor tensor = Tensor.empty(Shape.of(5, 4), DType.F32)) {
      tensor.fill(Init.uniform(-1, 1), Generator.philox(9, 12));
      ByteBuffer data =
          ByteBuffer.wrap(file, file.length - 80, 80).slice().order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < 20; i++) {
        assertEquals(data.getFloat(4 * i), tensor.get(i / 4, i % 4));
      }
    }
  }

  @Test
  void aRuleWithoutATensorIsNoted() throws IOException {
    Files.writeString(folder.resolve("n.yaml"), RECIPE + "  - {match: \"*.gamma\", init: ones}\n");
    CommandLineRun run = run("init @n.yaml --out @n.safetensors");
    assertEquals(0, run.status());
    assertTrue(
        run.err().contains("n.yaml:10:5: rule '*.gamma' is not the first to match any tensor"));
  }
}
