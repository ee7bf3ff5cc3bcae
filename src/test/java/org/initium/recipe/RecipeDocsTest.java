// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlanTable;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recipe of docs/recipes.md is followed: what is written has the size that the plan says. */
class RecipeDocsTest {
  @TempDir private Path folder;

  static List<String> recipes() throws IOException {
    String page = Files.readString(Path.of("docs/recipes.md"));
    return Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  @Test
  void thereAreTen() throws IOException {
    assertEquals(10, recipes().size());
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void isFollowed(String recipe) throws IOException {
    Path file = Files.writeString(folder.resolve("r.yaml"), recipe);
    Plan plan =
        Recipe.plan(
            file,
            new Recipe.Reading(
                recipe.contains("vocab_size: 128256") ? Map.of("vocab_size", 100.0) : Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    assertEquals(List.of(), plan.notes());
    Map<String, Long> made = new TreeMap<>();
    Map<String, Long> planned = new TreeMap<>();
    plan.written().forEach(t -> planned.put(t.name(), t.spec(RowShard.ALL).bytes()));
    new PlanFiller(Generator.philox(1), Device.CPU)
        .fill(
            plan,
            (PlannedTensor tensor, long offset, MemorySegment bytes) ->
                made.merge(tensor.name(), bytes.byteSize(), Long::sum));
    assertEquals(planned, made);
    assertEquals(
        plan.tensors().size() + 1,
        PlanTable.lines(plan, GeneratorSharing.FORKED, RowShard.ALL).size());
  }
}
