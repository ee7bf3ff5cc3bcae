// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.initium.recipe.plan.Glob;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The index finds what trying each pattern finds, and does not try each. */
@Tag("slow")
class GlobIndexTest {
  private static final SourcePosition PLACE = new SourcePosition("r.yaml", 3, 1);

  private static GlobIndex<Glob> index(List<Glob> globs, MatchingWork work) {
    return new GlobIndex<>(globs, List::of, work);
  }

  private static String text(Random random, String... pieces) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(7); i >= 0; i--) {
      text.append(pieces[random.nextInt(pieces.length)]);
    }
    return text.toString();
  }

  @Test
  void theFirstThatFits() {
    Random random = new Random(18);
    int found = 0;
    for (int round = 0; round < 2_000; round++) {
      List<Glob> globs =
          IntStream.range(0, 1 + random.nextInt(30))
              .mapToObj(
                  i -> text(random, "a", "b", "ab", ".", "\ud83d\ude00", "*", "?", "{a,b*}", "{n}"))
              .filter(text -> text.indexOf("{n}") == text.lastIndexOf("{n}"))
              .map(Glob::parse)
              .toList();
      GlobIndex<Glob> index = index(globs, new MatchingWork(PLACE));
      for (int i = 0; i < 20; i++) {
        String name = text(random, "a", "b", "ab", ".", "\ud83d\ude00");
        Optional<Glob> expected = globs.stream().filter(glob -> glob.matches(name)).findFirst();
        assertEquals(expected, index.first(name).map(GlobIndex.Hit::glob), () -> name + globs);
        Optional<Glob> other =
            globs.stream()
                .filter(glob -> glob.matches(name) && !Optional.of(glob).equals(expected))
                .findFirst();
        assertEquals(
            other,
            index.first(name, glob -> !Optional.of(glob).equals(expected)).map(GlobIndex.Hit::glob),
            () -> name + globs);
        found += expected.isPresent() ? 1 : 0;
      }
    }
    assertTrue(found > 5_000, found + " names were found");
  }

  /** 10,000 patterns on as many names: trying each would be 10^8 tries of twenty steps or more. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "m.@.w | m.@.w",
        "a*zz@* | aazzq@b",
        "a.b.c.d*@*e.f.g.h | a.b.c.d@e.f.g.h",
        "*layers.*.experts_@?* | model.layers.7.experts_@.weight",
        "*.layers.*_@ | model.layers.7.experts_@",
        "m.@.{a,b}* | m.@.a.w",
        "*{a,b}z@?* | az@",
      })
  void isQuick(String pattern, String name) {
    MatchingWork work = new MatchingWork(PLACE, 100_000_000);
    IntFunction<String> at = i -> pattern.replace("@", Integer.toString(i));
    GlobIndex<Glob> index =
        index(IntStream.range(0, 10_000).mapToObj(at).map(Glob::parse).toList(), work);
    for (int i = 0; i < 10_000; i++) {
      index.first(name.replace("@", Integer.toString(i)));
    }
  }

  @ParameterizedTest
  @CsvSource({"'*{a@,b@}*', x@", "'?????*@{,?}', 12345678", "'{n}*{a,b}{c,e}*', aaaaaaabbbbbbd"})
  void whatNoIndexHelpsEndsInALine(String pattern, String name) {
    List<Glob> globs =
        IntStream.range(0, 10_000)
            .mapToObj(i -> Glob.parse(pattern.replace("@", Integer.toString(i % 10))))
            .toList();
    GlobIndex<Glob> index = index(globs, new MatchingWork(PLACE, 50_000_000));
    RecipeException e =
        assertThrows(
            RecipeException.class,
            () -> IntStream.range(0, 10_000).forEach(i -> index.first(name + "-" + i)));
    assertEquals(
        "r.yaml:3:1: to match these patterns with the tensors' names takes more than 50000000"
            + " steps; write out more of the names in the patterns, or have fewer of them",
        e.getMessage());
  }
}
