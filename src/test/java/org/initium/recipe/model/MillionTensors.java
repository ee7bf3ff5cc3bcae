// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;
import org.initium.recipe.folder.Provenance;
import org.initium.recipe.plan.Plan;

/** Follows a recipe of a million tensors and cuts its plan; says what that took. */
final class MillionTensors {
  private static final String RECIPE =
      """
      dtype: bf16
      tensors:
        "layers.{0..99}.experts.{0..3332}.":
          {w1.weight: [512, 2048], w2.weight: [2048, 512], w3.weight: [512, 2048]}
      rules: [{match: "*", init: normal(std=0.02)}]
      """;

  private MillionTensors() {}

  public static void main(String... arguments) throws IOException {
    Plan plan = Recipe.parse(RECIPE, "experts");
    PlanFiller filler = new PlanFiller(Generator.philox(7), Device.CPU);
    List<Piece> pieces =
        Pieces.of(plan, FileLayout.files(5_000_000_000L), filler, Provenance.of("philox", 7));
    double seconds = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    int tensors = pieces.stream().mapToInt(piece -> piece.header().tensors().size()).sum();
    System.out.println(
        tensors
            + " "
            + plan.parameters()
            + " "
            + pieces.size()
            + " "
            + seconds
            + " s of the thread");
  }
}
