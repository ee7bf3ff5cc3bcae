// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Set;
import org.initium.recipe.plan.RecipeException;
import org.initium.recipe.plan.SourcePosition;
import org.junit.jupiter.api.Test;

/** What is worked out for each of many names is counted, whatever the names bind. */
class EvaluationWorkTest {
  @Test
  void tooMuchIsRefused() {
    SourcePosition place = new SourcePosition("r.yaml", 2, 3);
    Variables variables = new Variables(Map.of("n", 1.0), Set.of(), new EvaluationWork(10));
    assertEquals(3, variables.count("n + 2", place, "a size"));
    Variables bound = variables.with(Map.of("m", 2.0));
    assertEquals(4, bound.count("m + 2", place, "a size"));
    String message =
        assertThrows(RecipeException.class, () -> variables.count("n", place, "a size"))
            .getMessage();
    assertEquals(
        "r.yaml:2:3: the expressions of the recipe, each as often as it is worked out, have more"
            + " than 10 characters",
        message);
  }

  /** A word of a config.json and a pattern may be long where the expression is short. */
  @Test
  void wordsThatAreMatchedCountToo() {
    SourcePosition place = new SourcePosition("r.yaml", 2, 3);
    Map<String, Object> words = Map.of("w", "a".repeat(100_000), "p", "*a*a*a*a*b*a*");
    String text = "matches(w, p)";
    Variables once = new Variables(words, Set.of(), new EvaluationWork(20_000));
    assertEquals(0, once.count(text, place, "a size"));
    String message =
        assertThrows(
                RecipeException.class,
                () -> {
                  for (int i = 0; i < 1000; i++) {
                    once.count(text, place, "a size");
                  }
                })
            .getMessage();
    assertEquals(
        "r.yaml:2:3: a size: the words and patterns of 'matches', each as often as it is worked"
            + " out, are too long (column 9 of 'matches(w, p)')",
        message);
  }
}
