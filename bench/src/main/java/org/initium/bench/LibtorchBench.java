// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** libtorch's fills; the number of threads is the system property {@code initium.threads}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class LibtorchBench {
  /** The row of the grid. */
  @Param("uniform-1e7")
  public String id;

  private Grid row;
  private Tensor tensor;

  /** Allocates and touches the tensor. */
  @Setup
  public void setUp() {
    torch.set_num_threads(Integer.getInteger("initium.threads"));
    row = Grid.row(id);
    tensor = LibtorchFills.empty(row);
    LibtorchFills.fill(row, tensor).close();
  }

  /** Fills it, or a new one where the row is about the first touch. */
  @Benchmark
  public void fill() {
    if (!row.touch()) {
      LibtorchFills.fill(row, tensor).close();
      return;
    }
    try (Tensor fresh = LibtorchFills.empty(row)) {
      LibtorchFills.fill(row, fresh).close();
    }
  }
}
