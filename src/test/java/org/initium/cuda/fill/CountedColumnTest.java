// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A sparse column of as many rows as {@code -Dinitium.column.rows} says, up to 2^31, which takes
 * minutes on the software device. All keys are counted, for each of three shards, whose values are
 * compared with the CPU's: the whole and its records of who touched what would not fit in memory.
 * With 2^31 rows it took 18 minutes on a busy machine of two cores, and all three were equal; the
 * kernel then had 16 threads, not 8, to make a column's cut of the counts.
 */
@CudaTest
class CountedColumnTest implements Released {
  private static final long ROWS = Long.getLong("initium.column.rows", 1L << 19);
  private static final long SHARD = Math.min(ROWS / 4, 1L << 22);

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.47, 1})
  void isTheCpus(double place) {
    long row = (long) (place * (ROWS - SHARD));
    Tensor[] filled = new Tensor[2];
    Device[] devices = {Device.CPU, Device.cuda(0)};
    for (int i = 0; i < 2; i++) {
      try (Tensor memory = Tensor.empty(Shape.of(SHARD, 1), DType.BF16, devices[i])) {
        Tensor shard = memory.shardOf(Shape.of(ROWS, 1), row, 0);
        Fills.fill(shard, new Fill.Sparse(0.3, 1), Generator.philox(42, 5));
        filled[i] = memory.toCpu();
      }
    }
    try (Tensor cpu = filled[0];
        Tensor cuda = filled[1]) {
      assertEquals(-1, cuda.segment().mismatch(cpu.segment()), "byte in the rows from " + row);
    }
  }
}
