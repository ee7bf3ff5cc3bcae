// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.io.Checkpoint;
import org.initium.random.Generator;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelVerifierTest {
  private static final Plan PLAN =
      Plan.of(
          new PlannedTensor("ones", Shape.of(100), DType.F32, Init.ones()),
          new PlannedTensor("drawn", Shape.of(50, 100), DType.F32, Init.normal()));

  private static PlanFiller filler(long seed) {
    Generator generator = Generator.philox(seed);
    return Fillers.of(generator, RowShard.ALL, 400);
  }

  @Test
  void nothingIsComputedBehindTheFirstDifference(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("model.safetensors");
    ModelWriter.write(PLAN, filler(1), file, Map.of(), Long.MAX_VALUE, bytes -> {});
    AtomicLong compared = new AtomicLong();
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      Optional<String> same =
          ModelVerifier.verify(checkpoint, PLAN, filler(1), compared::addAndGet);
      assertEquals(Optional.empty(), same);
      assertEquals(400 + 20_000, compared.getAndSet(0));

      String difference =
          ModelVerifier.verify(checkpoint, PLAN, filler(2), compared::addAndGet).orElseThrow();
      assertTrue(difference.startsWith("tensor 'drawn' differs first at [0, 0]: "), difference);
      assertEquals(400, compared.get(), "bytes that were found equal");
    }
  }
}
