package org.initium.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.initium.expression.Arithmetic;
import org.initium.initializer.Init;
import org.initium.io.Checkpoint;
import org.initium.io.MalformedFileException;
import org.initium.random.Generator;
import org.initium.recipe.Glob;
import org.initium.recipe.Recipe;
import org.initium.recipe.RecipeException;
import org.initium.text.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is read is taken, or refused in one bearable line, and soon; nothing else is thrown.
 * Each fuzzer prints how many inputs it made, how many were taken, and how many different things
 * were said about the others: a measure of how far into the parser they got.
 */
class ParserFuzzTest {
  private static final long SLOW_NANOS = 5_000_000_000L;

  @TempDir Path folder;

  private interface Target {
    void read(String text) throws IOException;
  }

  private static void fuzz(String what, List<String> seeds, List<String> words, Target target)
      throws IOException {
    Fuzz fuzz = new Fuzz(what.hashCode());
    run(what, () -> fuzz.text(seeds, words), target);
  }

  private interface Source<T> {
    T next() throws IOException;
  }

  private interface Reader<T> {
    void read(T input) throws IOException;
  }

  private static void run(String what, Source<String> source, Target target) throws IOException {
    loop(what, source, target::read);
  }

  private static <T> void loop(String what, Source<T> source, Reader<T> reader) throws IOException {
    long end = System.nanoTime() + Fuzz.seconds() * 1_000_000_000L;
    long inputs = 0;
    long taken = 0;
    Map<String, Integer> said = new TreeMap<>();
    while (System.nanoTime() < end) {
      T input = source.next();
      long start = System.nanoTime();
      inputs++;
      try {
        reader.read(input);
        taken++;
      } catch (RecipeException | MalformedFileException | IllegalArgumentException e) {
        String message = e.getMessage();
        assertTrue(
            e instanceof RecipeException
                || e instanceof MalformedFileException
                || e.getClass() == IllegalArgumentException.class
                || e.getClass().getName().startsWith("org.initium."),
            () -> e + " of " + shown(input));
        assertTrue(
            message != null && message.length() <= 2_000 && message.equals(Text.visible(message)),
            () -> message + " of " + shown(input));
        said.merge(message.replaceAll("'.*'|[0-9]+|\\S*/\\S*", ""), 1, Integer::sum);
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError(shown(input), e);
      }
      long nanos = System.nanoTime() - start;
      assertTrue(nanos < SLOW_NANOS, () -> nanos / 1e9 + " s for " + shown(input));
    }
    System.out.printf(
        "fuzz of %s: %d inputs, %d taken, %d kinds of refusals%n",
        what, inputs, taken, said.size());
    assertTrue(taken > 0 && !said.isEmpty(), said::toString);
  }

  private static String shown(Object input) {
    return Text.visible(
        input instanceof byte[] bytes
            ? new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1)
            : input.toString());
  }

  @Test
  void headers() throws IOException {
    Fuzz fuzz = new Fuzz(1);
    Path file = folder.resolve("f.safetensors");
    loop(
        "headers",
        () -> Headers.file(fuzz.bytes(Headers.SEEDS, Headers.WORDS)),
        bytes -> {
          Files.write(file, bytes);
          Checkpoint.open(file).close();
        });
  }

  @Test
  void indices() throws IOException {
    Files.write(folder.resolve("one.safetensors"), Headers.file(Headers.SEEDS.get(3).getBytes()));
    Path index = folder.resolve("m.safetensors.index.json");
    Fuzz fuzz = new Fuzz(2);
    List<String> seeds =
        List.of(
            "{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"one.safetensors\"}}",
            "{\"weight_map\":{}}");
    List<String> words =
        List.of(
            "\"c\":\"one.safetensors\",",
            "\"../one.safetensors\"",
            "\"weight_map\":",
            "\"two.safetensors\"");
    loop(
        "indices",
        () -> fuzz.bytes(seeds, words),
        bytes -> {
          Files.write(index, bytes);
          Checkpoint.open(index).close();
        });
  }

  static final List<String> RECIPES =
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
          "tensors: {w: [4, 6]}\nrules: [{match: w, parts: [{narrow: [0, 0, 2], init: ones},"
              + " {narrow: [0, 2, 2], init: zeros}]}]\n");

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
          ">-\n");

  @Test
  void recipes() throws IOException {
    Path file = folder.resolve("r.yaml");
    fuzz(
        "recipes",
        RECIPES,
        RECIPE_WORDS,
        text -> {
          Files.write(file, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
          Recipe.plan(file);
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
          "0.",
          ".5e",
          "a=",
          "inf",
          "nan");

  @Test
  void expressions() throws IOException {
    fuzz("initialisers", EXPRESSIONS, EXPRESSION_WORDS, text -> Init.parse(text, Map.of()));
  }

  @Test
  void arithmetic() throws IOException {
    fuzz(
        "arithmetic",
        List.of("0.02/sqrt(2*layers)", "-(3+4)*2**-1 % 7 // 2", "max(1, min(w, 3))", "1e-3*pi"),
        EXPRESSION_WORDS,
        text -> Arithmetic.evaluate(text, Map.of("layers", 12.0, "w", 768.0)));
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
    run(
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
