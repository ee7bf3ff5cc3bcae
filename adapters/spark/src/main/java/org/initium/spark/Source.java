// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.initium.Device;
import org.initium.random.Generator;
import org.initium.recipe.folder.Provenance;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.RowShard;

/**
 * Where a model's values come from.
 *
 * @param generator its name, as {@link Generator#parse} reads it: {@code philox}
 * @param seed of the generator
 */
public record Source(String generator, long seed) implements Serializable {
  /** New memory for each task, whose first use costs more than to hand over more chunks. */
  private static final long CPU_CHUNK_BYTES = 16L << 20;

  /** Known generators only. */
  public Source {
    Generator.parse(generator, seed);
  }

  /** For a task, on what Spark gave it: {@code spark.task.cpus} threads, or GPUs. */
  PlanFiller filler(TaskContext task) {
    return filler(TaskResources.devices(task), task.cpus());
  }

  /** For the driver, which makes nothing. */
  PlanFiller filler() {
    return filler(List.of(Device.CPU), Integer.MAX_VALUE);
  }

  private PlanFiller filler(List<Device> devices, int threads) {
    Generator opened = Generator.parse(generator, seed);
    boolean isHost = devices.equals(List.of(Device.CPU));
    long chunkBytes = isHost ? CPU_CHUNK_BYTES : PlanFiller.DEFAULT_CHUNK_BYTES;
    return new PlanFiller(
        opened, GeneratorSharing.of(opened), devices, RowShard.ALL, chunkBytes, threads);
  }

  Map<String, String> metadata() {
    return Provenance.of(generator, seed);
  }
}
