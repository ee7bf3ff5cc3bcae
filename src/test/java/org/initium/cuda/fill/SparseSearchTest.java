// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.ValueLayout;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.kernel.SparseKeys;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cuts of sparse are those of the CPU, by whatever passes they are found. */
@CudaTest
class SparseSearchTest implements Released {
  private static final Device DEVICE = Device.cuda(0);

  /** All rows: of a cut that is a tie too high, one element tells. */
  private static void check(double sparsity, long rows, long columns) {
    SameBits.check(new Fill.Sparse(sparsity, 1), DType.F32, Shape.of(rows, columns), t -> t, 3);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-9, 0.002, 0.4, 0.9, 0.998, 1 - 1e-9})
  void anySparsity(double sparsity) {
    check(sparsity, 40, 17);
    check(sparsity, 701, 5);
    check(sparsity, 70_003, 1);
  }

  /** Few rows: a column has few keys, and all of one may be zero. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 15, 16, 17, 100})
  void fewRows(int rows) {
    for (int columns : new int[] {1, 2, 3, 7, 16, 40}) {
      Shape shape = Shape.of(rows, columns);
      SameBits.check(new Fill.Sparse(0.5, 1), DType.BF16, shape, t -> t, 1);
    }
  }

  /** More ties than are ranked: as many as 1024 a column, among blocks of threads and in one. */
  @ParameterizedTest
  @CsvSource({"262144, 16", "65536, 128"})
  void manyTies(long rows, long columns) {
    check(0.3, rows, columns);
  }

  /** So many ties that some cuts are not among those that are listed first. */
  @Test
  void tiesBesideThePlaceWhereTheyAreSought() {
    Shape whole = Shape.of(1 << 20, 16);
    SameBits.check(
        new Fill.Sparse(0.5, 1), DType.F32, Shape.of(1 << 16, 16), t -> t.shardOf(whole, 9, 0), 3);
  }

  /** One launch, whether blocks of threads share the tiles or not. */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void oneLaunch(SoftDevice device) {
    for (Shape shape : new Shape[] {Shape.of(50, 300), Shape.of(100_000, 1)}) {
      try (Tensor tensor = Tensor.empty(shape, DType.F32, DEVICE)) {
        long before = device.calls("cuLaunchKernel");
        Fills.fill(tensor, new Fill.Sparse(0.5, 1), Generator.philox(1));
        assertEquals(1, device.calls("cuLaunchKernel") - before, shape.toString());
      }
    }
  }

  /** A span too narrow for the cuts of most columns: counters for all keys find them. */
  @ParameterizedTest
  @ValueSource(strings = {"sparse_f32", "tall_f32"})
  void cutsOutsideTheSpan(String kernel) {
    Shape shape = Shape.of(600, 18);
    Fill.Sparse fill = new Fill.Sparse(0.5, 1);
    try (Tensor tensor = Tensor.empty(shape, DType.F32, DEVICE);
        Tensor expected = Tensor.empty(shape, DType.F32);
        CudaStorage tiles = CudaStorage.allocate(Gpus.of(DEVICE), SparseFill.SHARED_BYTES);
        Stream stream = Backend.of(DEVICE).newStream(DEVICE)) {
      Gpu gpu = Gpus.of(DEVICE);
      try (CudaLife.Context _ = CudaLife.enter(gpu)) {
        FillTarget target = new FillTarget(gpu, tensor, (CudaStream) stream);
        gpu.driver().clear(tiles.address(), SparseFill.SHARED_BYTES, stream.handle());
        SparseKeys keys = SparseKeys.of(tensor, fill, 42, 0);
        new SparseFill(target, keys, 0).launch(kernel, 0, 2, 8, tiles.address());
      }
      stream.synchronize();
      Fills.fill(expected, fill, Generator.philox(42));
      try (Tensor read = tensor.toCpu()) {
        assertArrayEquals(
            expected.segment().toArray(ValueLayout.JAVA_FLOAT),
            read.segment().toArray(ValueLayout.JAVA_FLOAT));
      }
    }
  }
}
