// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.initium.Device;
import org.initium.cli.console.Progress;
import org.initium.random.Generator;
import org.initium.recipe.Recipe;
import org.initium.recipe.model.ModelWriter;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.Plan;

/**
 * Makes a small model that goes nowhere on a thread of its own, while the command line is read, so
 * that what reads a recipe, fills and writes is loaded by then. It changes no result; what goes
 * wrong here goes wrong again where it is told.
 */
final class HeadStart {
  private static final Set<String> FILLING = Set.of("init", "fill", "verify");

  private static final String RECIPE =
      """
      vars: {layers: 2, width: 8}
      tensors:
        "h.{0..layers-1}.weight": [4*width, width]
        "h.{0..layers-1}.bias": [4*width]
      rules:
        - {match: "*.bias", init: zeros}
        - {match: "*", init: normal(std=0.02/sqrt(2*layers))}
      """;

  /** A device of POSIX; where there is none, this ends before the writing. */
  private static final Path NOWHERE = Path.of("/dev/null");

  private HeadStart() {}

  static void begin(String... arguments) {
    if (arguments.length > 0 && FILLING.contains(arguments[0])) {
      Thread thread = new Thread(HeadStart::make, "initium-head-start");
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((failed, error) -> {});
      thread.start();
    }
  }

  private static void make() {
    try {
      PlanFiller filler = new PlanFiller(Generator.philox(0), Device.CPU);
      Plan plan = Recipe.parse(RECIPE, "head start");
      try (Progress progress = new Progress("head start", plan.bytes(filler.shard()))) {
        ModelWriter.write(plan, filler, NOWHERE, Map.of(), Long.MAX_VALUE, bytes -> {}); // unseen
        progress.summary();
      }
    } catch (IOException e) {
      // It goes wrong again.
    }
  }
}
