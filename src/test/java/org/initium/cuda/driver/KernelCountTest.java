// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.CudaOptions;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.RealCurand;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs every kernel over {@value #ELEMENTS} elements, once for each dtype that it is for, and
 * counts the launches. With INITIUM_SOFT_REPORT set, the device leaves the count of PTX
 * instructions.
 */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class KernelCountTest implements Released {
  private static final int SIDE = 512;
  static final int ELEMENTS = SIDE * SIDE;
  private static final int PARTS = 32;
  private static final Fill UNIFORM = new Fill.Uniform(0, 1);
  private static final Fill NORMAL = new Fill.Normal(0, 1);
  private static final Fill SPARSE = new Fill.Sparse(0.1, 0.01);

  @AfterEach
  void useOwnKernels() {
    CudaOptions.use(CudaOptions.DEFAULT);
  }

  /** A square matrix of {@value #ELEMENTS} elements. */
  private static Tensor square(DType dtype) {
    return Tensor.empty(Shape.of(SIDE, SIDE), dtype, Device.cuda(0));
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void ownLaws(DType dtype) {
    SoftDevice device = SoftDevice.require();
    List<Fill> fills =
        List.of(
            new Fill.Constant(1),
            UNIFORM,
            NORMAL,
            new Fill.TruncatedNormal(0, 0.02, -0.04, 0.04),
            new Fill.Hadamard(1),
            SPARSE,
            new Fill.Eye(1));
    try (Tensor tensor = square(dtype)) {
      long before = device.calls("cuLaunchKernel");
      for (Fill fill : fills) {
        Fills.fill(tensor, fill, Generator.philox(1));
      }
      // Eye is zeros and ones: two launches.
      assertEquals(fills.size() + 1, device.calls("cuLaunchKernel") - before);
      parts(tensor);
      assertEquals(fills.size() + 2, device.calls("cuLaunchKernel") - before);
    }
  }

  /** The same elements as {@value #PARTS} small tensors, whose normals one launch draws. */
  private static void parts(Tensor tensor) {
    FillBatch batch = new FillBatch();
    for (int i = 0; i < PARTS; i++) {
      Tensor part = tensor.narrow(0, i * (SIDE / PARTS), SIDE / PARTS);
      batch.add(part, NORMAL, Generator.philox(i));
    }
    try (Stream stream = Backend.of(tensor.device()).newStream(tensor.device())) {
      batch.queue(stream);
      stream.synchronize();
    }
  }

  /** Columns so long that blocks of threads share them. */
  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void tallSparse(DType dtype) {
    try (Tensor tensor = Tensor.empty(Shape.of(ELEMENTS / 4, 4), dtype, Device.cuda(0))) {
      Fills.fill(tensor, SPARSE, Generator.philox(1));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d\\d")
  void pytorchsNumbers(DType dtype) {
    try (Tensor tensor = square(dtype)) {
      Fills.fill(tensor, UNIFORM, Generator.torchCuda(1));
      Fills.fill(tensor, NORMAL, Generator.torchCuda(1));
    }
  }

  /** What the host made, into a tensor with a gap behind each row. */
  @Test
  void madeOnTheHost() {
    for (DType dtype : List.of(DType.BF16, DType.F32, DType.F64)) {
      try (Tensor tensor = Tensor.empty(Shape.of(SIDE, SIDE + 16), dtype, Device.cuda(0))) {
        Fills.fill(tensor.narrow(1, 0, SIDE), UNIFORM, Generator.torchCpu(1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void curandsNumbers(DType dtype) {
    RealCurand.require();
    CudaOptions.use(CudaOptions.CURAND);
    try (Tensor tensor = square(dtype)) {
      Fills.fill(tensor, UNIFORM, Generator.philox(1));
    }
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void orthogonalFills(DType dtype) {
    try (Tensor tensor = square(dtype)) {
      for (Fill.Orthogonal.Method method : Fill.Orthogonal.Method.values()) {
        Fills.fill(tensor, new Fill.Orthogonal(1, method), Generator.philox(1));
      }
    }
  }
}
