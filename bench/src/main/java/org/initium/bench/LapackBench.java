// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.initium.Tensor;
import org.initium.initializer.Init;
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

/**
 * Rejected: orthogonal by LAPACK's own sgeqrf and sorgqr, from the same OpenBLAS, on the row-major
 * tall matrix by way of sgelqf and sorglq, without fixing the signs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class LapackBench {
  /** The row of the grid. */
  @Param("orthogonal-qr-1024")
  public String id;

  private final Init normal = Init.parse("normal");
  private final PhiloxGenerator generator = Generator.philox(1);
  private Tensor tensor;
  private FloatPointer matrix;
  private FloatPointer tau;

  /** Allocates the matrix. */
  @Setup
  public void setUp() {
    openblas.blas_set_num_threads(Integer.getInteger("initium.threads"));
    tensor = Tensor.empty(Grid.row(id).shape(), Grid.row(id).dtype());
    matrix = new FloatPointer(tensor.segment().asByteBuffer().asFloatBuffer());
    tau = new FloatPointer(tensor.shape().size(1));
  }

  /** Normal numbers, then their Q in place. */
  @Benchmark
  public void fill() {
    tensor.fill(normal, generator);
    int m = (int) tensor.shape().size(0);
    int n = (int) tensor.shape().size(1);
    int order = openblas.LAPACK_COL_MAJOR; // of the transpose
    check(openblas.LAPACKE_sgelqf(order, n, m, matrix, n, tau));
    check(openblas.LAPACKE_sorglq(order, n, m, n, matrix, n, tau));
  }

  private static void check(int info) {
    if (info != 0) {
      throw new IllegalStateException("LAPACK gave info = " + info);
    }
  }
}
