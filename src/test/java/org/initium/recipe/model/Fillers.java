// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.util.List;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.RowShard;

/** What computes models in tests. */
public final class Fillers {
  private Fillers() {}

  /** On the CPU, by as many threads as there are. */
  public static PlanFiller of(Generator generator, RowShard shard, long chunkBytes) {
    return new PlanFiller(
        generator,
        GeneratorSharing.of(generator),
        List.of(Device.CPU),
        shard,
        chunkBytes,
        Integer.MAX_VALUE);
  }
}
