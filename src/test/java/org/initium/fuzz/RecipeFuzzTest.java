// SPDX-License-Identifier: Apache-2.0
package org.initium.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.expression.Arithmetic;
import org.initium.initializer.Init;
import org.initium.io.Checkpoint;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;
import org.initium.recipe.plan.Glob;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes, and the small languages in them: initializers, arithmetic, generators, patterns. */
@Tag("slow")
class RecipeFuzzTest {
  @TempDir Path folder;

  private static void fuzz(
      String what, List<String> seeds, List<String> words, Fuzzer.Reader<String> reader)
      throws IOException {
    Fuzz fuzz = new Fuzz(what.hashCode());
    Fuzzer.run(what, () -> fuzz.text(seeds, words), reader);
  }

  static final List<String> RECIPES = followed();

  /** A few that are small, and those of the documentation, which has the whole language. */
  private static List<String> followed() {
    List<String> recipes =
        new ArrayList<>(
            List.of(
                "vars: {n: 2, w: 8}\n"
                    + "tensors:\n"
                    + "  \"h.{0..n-1}.\":\n"
                    + "    w: [w, 3*w]\n"
                    + "    b: {shape: [w], dtype: bf16}\n"
                    + "rules:\n"
                    + "  - {match: '*.b', init: zeros}\n"
                    + "  - {match: '*', init: normal(std=0.02/sqrt(n))}\n",
                "dtype: f16\n"
                    + "tensors: {'a.{x,y}': [4, 6], b: []}\n"
                    + "rules:\n"
                    + "- match: ['a.*', b]\n"
                    + "  init: ones\n",
                "template: {file: t.safetensors, exclude: a}\n"
                    + "rules: [{match: w, parts: [{narrow: [0, 0, 2], init: ones},"
                    + " {narrow: [0, 2, 2], init: zeros}]}]\n"));
    try {
      Matcher blocks =
          Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
              .matcher(Files.readString(Path.of("docs/recipes.md")));
      blocks.results().forEach(block -> recipes.add(block.group(1)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return recipes;
  }

  static final List<String> RECIPE_WORDS =
      List.of(
          "{0..999999}",
          "{0..999}.",
          "  ",
          "\n  - ",
          "match: ",
          "init: ",
          "shape: [1e6]",
          "dtype: f32",
          "parts:",
          "narrow: [[0,1,1]]",
          "vars: ",
          "template: x",
          "*a*a*a*a*",
          "{a,b}",
          "2**n",
          "rules: [",
          "eye",
          "dirac",
          "? ",
          "&x ",
          "*x",
          "---",
          "'",
          "|\n",
          ">-\n",
          "like: ",
          "norm_of: ",
          "write: never",
          "when: 0",
          "then: {narrow: [0, 0, 1], init: zeros}",
          "stream: s",
          "seed: 7",
          "keep:\n- {match: '*', grow: true}\n",
          "shards:\n- {match: '*', dim: 1}\n",
          "{n}",
          "{path*}",
          "{n=0..3}",
          "{i=0..1}.",
          "vars: {n: [1, 2]}\n",
          "n[0]",
          "len(n)",
          "require: ",
          "matches(n, '*')",
          "'{n}'",
          "batch_axis=0",
          "replicate: true");

  @Test
  void recipes() throws IOException {
    Path file = folder.resolve("r.yaml");
    Path model = folder.resolve("t.safetensors");
    Files.write(model, Headers.file(Headers.SEEDS.get(3).getBytes(StandardCharsets.UTF_8)));
    Fuzz half = new Fuzz(5);
    fuzz(
        "recipes",
        RECIPES,
        RECIPE_WORDS,
        text -> {
          Files.write(file, text.getBytes(StandardCharsets.UTF_8));
          try (Checkpoint kept = Checkpoint.open(model)) {
            Optional<Checkpoint> from = half.below(2) == 0 ? Optional.empty() : Optional.of(kept);
            Recipe.plan(
                file, new Recipe.Reading(Map.of(), Optional.empty(), Optional.empty(), from));
          }
        });
  }

  static final List<String> EXPRESSIONS =
      List.of(
          "normal(mean=0, std=0.02/sqrt(2*12))",
          "trunc_normal(std=0.02, a=-2, b=2)",
          "kaiming_uniform(a=sqrt(5), mode=fan_out, nonlinearity='leaky_relu')",
          "orthogonal(gain=calculate_gain(tanh))",
          "variance_scaling(1.0, fan_avg, uniform)",
          "icnr(upscale=2)",
          "zeros");

  static final List<String> EXPRESSION_WORDS =
      List.of(
          "sqrt(",
          "pow(2,",
          "1e308",
          "//0",
          "%",
          "**",
          "^",
          "normal(",
          "std=",
          "gain=",
          "fan_in",
          "pi",
          "min(",
          "calculate_gain(relu",
          "nonlinearity=act",
          "'{act}'",
          "l[0]",
          "contains(l,",
          "==",
          "0.",
          ".5e",
          "a=",
          "inf",
          "nan");

  @Test
  void expressions() throws IOException {
    fuzz(
        "initializers",
        EXPRESSIONS,
        EXPRESSION_WORDS,
        text -> Init.parse(text, Map.of("l", List.of(1.0), "act", "relu")));
  }

  @Test
  void arithmetic() throws IOException {
    Map<String, ?> variables = Map.of("l", List.of(1.0), "act", "relu", "w", 768.0);
    fuzz(
        "arithmetic",
        List.of("0.02/sqrt(2*layers)", "-(3+4)*2**-1 % 7 // 2", "max(1, min(w, 3))", "1e-3*pi"),
        EXPRESSION_WORDS,
        text -> Arithmetic.evaluate(text, variables, Map.of()));
  }

  @Test
  void generators() throws IOException {
    fuzz(
        "generators",
        List.of("philox", "torch-cpu", "torch-cuda(gpu=A100)", "torch-cuda(sms=108, threads=2048)"),
        List.of("gpu=", "sms=", "threads=", "RTX 4090", "(", ")", "-1", "2147483648", "torch-"),
        text -> Generator.parse(text, 1));
  }

  /** Globs of a small alphabet, beside java.util.regex where that comes to an end. */
  @Test
  void globs() throws IOException {
    Fuzz fuzz = new Fuzz(7);
    List<String> parts =
        List.of("a", "b", "*", "?", "{", "}", ",", ".", "ab", "\ud83d\ude00", "{a,*b}", "**");
    TreeSet<Boolean> seen = new TreeSet<>();
    Fuzzer.run(
        "globs",
        () -> {
          StringBuilder text = new StringBuilder();
          for (int n = fuzz.below(12); n >= 0; n--) {
            text.append(fuzz.one(parts));
          }
          return text.toString();
        },
        text -> {
          Glob glob = Glob.parse(text);
          Pattern oracle = regex(text);
          for (int names = 0; names < 8; names++) {
            StringBuilder name = new StringBuilder();
            for (int n = fuzz.below(9); n > 0; n--) {
              name.append(fuzz.one(List.of("a", "b", ".", ",", "\ud83d\ude00")));
            }
            boolean fits = oracle.matcher(name).matches();
            assertEquals(fits, glob.matches(name.toString()), () -> text + " on " + name);
            seen.add(fits);
          }
        });
    assertEquals(2, seen.size());
  }

  private static Pattern regex(String glob) {
    StringBuilder regex = new StringBuilder();
    boolean inBraces = false;
    String captured =
        glob.replaceAll("\\{[A-Za-z_]\\w*\\*\\}", "\ue000")
            .replaceAll("\\{[A-Za-z_]\\w*\\}", "\ue001");
    for (char c : captured.toCharArray()) {
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            case '{' -> "(?:";
            case '}' -> ")";
            case ',' -> inBraces ? "|" : ",";
            case '.' -> "\\.";
            case '\ue000' -> ".+";
            case '\ue001' -> "[^.]+";
            default -> String.valueOf(c);
          });
      inBraces = c == '{' || inBraces && c != '}';
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  /** What a regular expression backtracks in for ever. */
  @Test
  void hardGlobsAreQuick() {
    String name = "a".repeat(1_000);
    long start = System.nanoTime();
    assertEquals(false, Glob.parse("*a".repeat(30) + "b*c").matches(name));
    assertEquals(false, Glob.parse("{a,aa,*}".repeat(1_200) + "*c").matches(name));
    assertEquals(true, Glob.parse("*".repeat(10_000)).matches(name));
    assertEquals(true, Glob.parse("{,a}".repeat(2_500)).matches(name));
    long nanos = System.nanoTime() - start;
    assertTrue(nanos < 10_000_000_000L, () -> nanos / 1e9 + " s");
  }
}
