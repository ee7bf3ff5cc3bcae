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
}
