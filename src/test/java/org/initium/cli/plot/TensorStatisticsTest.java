// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.initium.DType;
import org.initium.Shape;
import org.initium.io.Checkpoint;
import org.initium.io.TensorSpec;
import org.initium.io.output.CheckpointWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorStatisticsTest {
  private static TensorStatistics of(Path folder, double... values) throws Exception {
    Path file = folder.resolve("values.safetensors");
    TensorSpec spec = new TensorSpec("x", Shape.of(values.length), DType.F64);
    try (CheckpointWriter writer =
            CheckpointWriter.create(file, List.of(spec), Map.of(), Long.MAX_VALUE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values);
      writer.write("x", 0, bytes);
      writer.finish();
    }
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      return TensorStatistics.of(checkpoint, checkpoint.entries().getFirst(), 4);
    }
  }

  /** 0, 1, ... n - 1: mean (n - 1) / 2, variance (n^2 - 1) / 12, over several blocks. */
  @Test
  void momentsOfManyBlocks(@TempDir Path folder) throws Exception {
    int n = 20_000;
    double[] values = new double[n];
    Arrays.setAll(values, i -> i);
    TensorStatistics statistics = of(folder, values);
    assertEquals(n, statistics.count());
    assertEquals((n - 1) / 2.0, statistics.mean(), 1e-9);
    assertEquals(Math.sqrt(((double) n * n - 1) / 12), statistics.std(), 1e-9);
    assertEquals(0, statistics.min());
    assertEquals(n - 1, statistics.max());
    assertEquals(
        List.of(5000L, 5000L, 5000L, 5000L), Arrays.stream(statistics.bins()).boxed().toList());
  }

  @Test
  void whatIsNotFiniteIsCountedAndLeftOut(@TempDir Path folder) throws Exception {
    TensorStatistics statistics =
        of(folder, 1, Double.NaN, 0, 3, Double.NEGATIVE_INFINITY, -0.0, Double.POSITIVE_INFINITY);
    assertEquals(4, statistics.count());
    assertEquals(3, statistics.notFinite());
    assertEquals(2, statistics.zeros());
    assertEquals(1, statistics.mean());
    assertEquals(Math.sqrt(1.5), statistics.std(), 1e-15);
    assertEquals(3, statistics.max());
  }
}
