// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.recipe.model.Fillers;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.yaml.EvaluationWork;
import org.initium.recipe.yaml.NamePattern;
import org.initium.recipe.yaml.Variables;
import org.initium.recipe.yaml.YamlNode;

/** What holds for all recipes, whatever their names, ranges, rules and parts. */
class RecipeProperties {
  private static final SourcePosition PLACE = new SourcePosition("r.yaml", 1, 1);

  private static List<String> expand(String pattern, Map<String, Double> variables) {
    return NamePattern.expand(
            new YamlNode.Scalar(PLACE, pattern),
            new Variables(new HashMap<>(variables), Set.of(), new EvaluationWork()))
        .stream()
        .map(NamePattern.Name::text)
        .toList();
  }

  private static Plan plan(String recipe) throws IOException {
    Path file = Files.createTempFile("recipe", ".yaml");
    try {
      return Recipe.plan(Files.writeString(file, recipe));
    } finally {
      Files.delete(file);
    }
  }

  @Property(tries = 200, seed = "20261123")
  void rangesStandForTheirNumbersTheLastFastest(
      @ForAll @IntRange(max = 20) int a,
      @ForAll @IntRange(max = 12) int more,
      @ForAll @IntRange(max = 20) int b,
      @ForAll @IntRange(max = 12) int evenMore) {
    List<String> expected = new ArrayList<>();
    for (int i = a; i <= a + more; i++) {
      for (int j = b; j <= b + evenMore; j++) {
        expected.add("x." + i + ".y." + j + ".z");
      }
    }
    assertEquals(
        expected,
        expand(
            "x.{%d..last-1}.y.{%d..%d}.z".formatted(a, b, b + evenMore),
            Map.of("last", a + more + 1.0)));
  }

  @Property(tries = 200, seed = "20261123")
  void aNameWithoutBracesIsItself(
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String name) {
    assertEquals(List.of(name), expand(name, Map.of()));
    assertTrue(Glob.parse(name).matches(name));
    assertFalse(Glob.parse(name).matches(name + "x"));
  }

  @Provide
  Arbitrary<String> dotted() {
    return Arbitraries.strings()
        .withCharRange('a', 'c')
        .withChars('.')
        .ofMinLength(1)
        .ofMaxLength(8)
        .filter(name -> !name.endsWith("."));
  }

  /** A star in place of any part of a name fits the name; all else must be there. */
  @Property(tries = 300, seed = "20261123")
  void aStarStandsForAnyPart(
      @ForAll("dotted") String name,
      @ForAll @IntRange(max = 8) int i,
      @ForAll @IntRange(max = 8) int j) {
    int from = Math.min(Math.min(i, j), name.length());
    int to = Math.min(Math.max(i, j), name.length());
    String pattern = name.substring(0, from) + "*" + name.substring(to);
    assertTrue(Glob.parse(pattern).matches(name), pattern);
    assertFalse(Glob.parse(pattern + "X").matches(name), pattern);
    assertFalse(Glob.parse("X" + pattern).matches(name), pattern);
  }

  @Property(tries = 60, seed = "20261123")
  void theFirstRuleThatMatchesCounts(
      @ForAll @Size(min = 1, max = 6) List<@From("dotted") String> names,
      @ForAll @Size(max = 5) List<@From("dotted") String> patterns)
      throws IOException {
    StringBuilder recipe = new StringBuilder("tensors:\n");
    new HashSet<>(names).forEach(name -> recipe.append("  \"%s\": [2]\n".formatted(name)));
    recipe.append("rules:\n");
    List<String> globs = new ArrayList<>();
    patterns.forEach(pattern -> globs.add(pattern.replace('c', '*')));
    globs.add("*");
    for (int i = 0; i < globs.size(); i++) {
      recipe.append("  - {match: \"%s\", init: constant(%d)}\n".formatted(globs.get(i), i));
    }
    for (PlannedTensor tensor : plan(recipe.toString()).tensors()) {
      int first = 0;
      while (!tensor.name().matches(globs.get(first).replace(".", "\\.").replace("*", ".*"))) {
        first++;
      }
      assertEquals(Init.constant(first), tensor.parts().getFirst().init(), tensor.name());
    }
  }

  /** A tensor cut anywhere into parts has each part's constant in it. */
  @Property(tries = 60, seed = "20261123")
  void partsFillWhatTheyNarrow(
      @ForAll @IntRange(min = 1, max = 6) int rows,
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 4) Integer> widths,
      @ForAll @IntRange(min = 4, max = 64) int chunkBytes)
      throws IOException {
    int columns = widths.stream().mapToInt(w -> w).sum();
    StringBuilder recipe =
        new StringBuilder(
            "tensors: {w: [%d, %d]}\nrules:\n  - match: w\n    parts:\n".formatted(rows, columns));
    int start = 0;
    List<Float> row = new ArrayList<>();
    for (int p = 0; p < widths.size(); p++) {
      recipe.append(
          "      - {narrow: [1, %d, %d], init: constant(%d)}\n".formatted(start, widths.get(p), p));
      start += widths.get(p);
      for (int k = 0; k < widths.get(p); k++) {
        row.add((float) p);
      }
    }
    List<Float> made = new ArrayList<>();
    Generator generator = Generator.philox(0);
    Fillers.of(generator, RowShard.ALL, chunkBytes)
        .fill(
            plan(recipe.toString()),
            (tensor, offset, bytes) -> {
              for (long i = 0; i < bytes.byteSize() / 4; i++) {
                made.add((float) tensor.dtype().get(bytes, i));
              }
            });
    List<Float> expected = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      expected.addAll(row);
    }
    assertEquals(expected, made);
  }
}
