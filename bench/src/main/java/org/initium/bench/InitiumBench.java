// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import java.util.concurrent.TimeUnit;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Initium's fills; the number of threads is the system property {@code initium.threads}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class InitiumBench {
  /** The row of the grid. */
  @Param("uniform-1e7")
  public String id;

  private final PhiloxGenerator generator = Generator.philox(1);
  private Grid row;
  private Tensor tensor;

  /** Allocates and touches the tensor. */
  @Setup
  public void setUp() {
    row = Grid.row(id);
    tensor = Tensor.empty(row.shape(), row.dtype());
    tensor.fill(row.init(), generator);
  }

  /** Fills it, or a new one where the row is about the first touch. */
  @Benchmark
  public Tensor fill() {
    if (!row.touch()) {
      return tensor.fill(row.init(), generator);
    }
    try (Tensor fresh = Tensor.empty(row.shape(), row.dtype())) {
      return fresh.fill(row.init(), generator);
    }
  }

  /** Frees the tensor. */
  @TearDown
  public void tearDown() {
    tensor.close();
  }
}
