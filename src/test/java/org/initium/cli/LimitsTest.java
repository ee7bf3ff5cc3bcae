// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.fuzz.Corpus;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is too much is refused in one line, and soon; what is much is done. */
@Tag("slow")
@Timeout(120)
class LimitsTest {
  private static final String ZEROS = "\nrules: [{match: '*', init: zeros}]\n";

  @TempDir Path folder;

  private static String list(int count, IntFunction<String> each) {
    return IntStream.range(0, count).mapToObj(each).collect(Collectors.joining(", "));
  }

  private CommandLineRun plan(String recipe) throws IOException {
    Path file = Files.writeString(folder.resolve("r.yaml"), recipe);
    return CommandLineRun.of("init", file.toString(), "--plan");
  }

  private static void assertRefused(CommandLineRun run, String words) {
    assertEquals(2, run.status(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(words), run.err());
  }

  @Test
  void recipes() throws IOException {
    String million = " has more than 1000000 names of tensors, which are taken at most";
    assertRefused(
        plan("tensors: {'a{0..999}.': {'b{0..999}.': {'c{0..999}': [1]}}}" + ZEROS), million);
    String characters = " the names have more than 200000000 characters, which are taken at most";
    String names = "n".repeat(300);
    assertRefused(plan("tensors: {'" + names + "{0..999999}': [1]}" + ZEROS), characters);
    assertRefused(
        plan("tensors: {'" + names + ".': {'{a,b}{0..499999}': [1]}}" + ZEROS), characters);
    assertRefused(
        plan("tensors:\n  ? 'a{0..999}{" + "n".repeat(1 << 20) + ",b}'\n  : [1]" + ZEROS),
        characters);
    assertRefused(plan("tensors: {'a{0..999999999}': [1]}" + ZEROS), "stands for 1000000000");
    assertRefused(
        plan("tensors: {a: [" + list(100_000, i -> "1") + "]}" + ZEROS),
        "shape of 'a' has 100000 sizes; a tensor has at most 64 dimensions");
    assertRefused(
        plan(
            "tensors: {a: [40000]}\nrules: [{match: a, parts: ["
                + list(40_000, i -> "{narrow: [0, " + i + ", 1], init: zeros}")
                + "]}]\n"),
        "40000 parts; a tensor has at most 1000");
    assertRefused(
        plan("vars: {a: [" + list(1_001, i -> "1") + "]}\ntensors: {a: [1]}" + ZEROS),
        "variable 'a' is a list of 1001, of which 1000 are taken at most");
    assertRefused(plan("#" + "x".repeat(10 << 20) + "\n" + ZEROS), "more than 4 MiB");
  }

  /** By the rules' fixed beginnings, and not by trying each with each. */
  @Test
  void fiftyThousandRulesOnAsManyTensors() throws IOException {
    CommandLineRun run =
        plan(
            "tensors: {'t{0..49999}': [1]}\nrules: ["
                + list(50_000, i -> "{match: t" + i + ", init: constant(" + i + ")}")
                + "]\n");
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().contains("constant(value=49999)\n50,000 tensors, 50,000 parameters, "));
  }

  @Test
  void anUnusedRuleIsSaid() throws IOException {
    CommandLineRun run =
        plan("tensors: {a: [1]}\nrules: [{match: '*', init: zeros}, {match: q, init: ones}]\n");
    assertEquals(0, run.status());
    assertTrue(run.err().contains("rule 'q' is not the first to match any tensor"), run.err());
  }

  private CommandLineRun inspect(String header) throws IOException {
    Path file = Files.write(folder.resolve("m.safetensors"), Corpus.file(header));
    return CommandLineRun.of("inspect", file.toString());
  }

  @Test
  void headers() throws IOException {
    assertRefused(
        inspect("{\"__metadata__\":{" + list(100_001, i -> "\"k" + i + "\":\"\"") + "}}"),
        "__metadata__ has more than 100000 entries, which are taken at most");
    assertRefused(
        inspect(
            "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8],\"shape\":["
                + list(1_000_000, i -> "1")
                + "]}}"),
        "shape of 'a' has more than 64 numbers");
    assertRefused(inspect("[]" + ",[]".repeat(3_000_000)), "not a JSON object");
    String none = "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
    assertRefused(
        inspect("{" + list(1_000_001, i -> "\"" + i + none) + "}"), "more than 1000000 tensors");
  }

  /** Files that are open stay few. */
  @Test
  void twoThousandShards() throws IOException {
    String tensor = "{\"t%d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}";
    StringBuilder map = new StringBuilder("{\"weight_map\":{");
    for (int i = 0; i < 2_000; i++) {
      Files.write(folder.resolve(i + ".safetensors"), Corpus.file(tensor.formatted(i)));
      map.append(i == 0 ? "" : ",").append("\"t%d\":\"%d.safetensors\"".formatted(i, i));
    }
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, map.append("}}"));
    CommandLineRun run = CommandLineRun.of("inspect", index.toString());
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().endsWith("2,000 tensors, 2,000 elements, 16.0 kB\n"), run.err());
  }

  @Test
  void aPipeIsNotWaitedFor() throws IOException, InterruptedException {
    Path pipe = folder.resolve("p");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    String words = "is not a regular file";
    assertRefused(CommandLineRun.of("inspect", pipe.toString()), words);
    Path recipe = Files.writeString(folder.resolve("t.yaml"), "template: p" + ZEROS);
    assertRefused(CommandLineRun.of("init", recipe.toString(), "--plan"), words);
  }

  @Test
  void aHeaderThatIsLongerThanItsFile() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1_000);
    Path file = Files.write(folder.resolve("cut.safetensors"), bytes.array());
    assertRefused(
        CommandLineRun.of("inspect", file.toString()), "header of 1000 bytes in a file of 40");
  }

  @Test
  void aStepBeyondALong() {
    try (Tensor tensor = Tensor.empty(Shape.of(4), DType.F32)) {
      assertEquals(Shape.of(1), tensor.every(0, 0, Long.MAX_VALUE).shape());
      assertThrows(IllegalArgumentException.class, () -> tensor.every(0, 0, 0));
    }
  }
}
