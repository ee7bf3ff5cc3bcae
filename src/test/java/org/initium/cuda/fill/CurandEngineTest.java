// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.CudaException;
import org.initium.cuda.CudaOptions;
import org.initium.cuda.CudaOptions.CurandGenerator;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.CurandGolden;
import org.initium.testing.DTypes;
import org.initium.testing.Fills;
import org.initium.testing.RealCurand;
import org.initium.testing.SoftDevice;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fills by NVIDIA's cuRAND. */
@CudaTest
class CurandEngineTest implements Released {
  private static final Device DEVICE = Device.cuda(0);

  private static final List<UnaryOperator<Tensor>> PARTS =
      List.of(
          t -> t,
          t -> t.narrow(0, 1, 30),
          t -> t.narrow(1, 3, 5),
          t -> t.every(1, 1, 2),
          t -> t.shardOf(Shape.of(100, 31), 33, 12));

  @BeforeEach
  void useCurand() {
    RealCurand.require();
    CudaOptions.use(CudaOptions.CURAND);
  }

  @AfterEach
  void useOwnKernels() {
    CudaOptions.use(CudaOptions.DEFAULT);
  }

  private static double[] values(
      Device device, Fill fill, DType dtype, UnaryOperator<Tensor> part, long seed, long offset) {
    try (Tensor tensor = Tensor.empty(Shape.of(41, 13), dtype, device)) {
      Fills.fill(tensor, new Fill.Constant(-7), Generator.philox(1));
      Fills.fill(part.apply(tensor), fill, Generator.philox(seed, offset));
      try (Tensor read = tensor.toCpu()) {
        double[] values = new double[41 * 13];
        for (int i = 0; i < values.length; i++) {
          values[i] = dtype.get(read.segment(), i);
        }
        return values;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 262144})
  void philoxGivesTheCpusNumbers(long offset) {
    for (DType dtype : DTypes.FLOATS) {
      for (UnaryOperator<Tensor> part : PARTS) {
        Fill uniform = new Fill.Uniform(-0.3, 1.1);
        assertArrayEquals(
            values(Device.CPU, uniform, dtype, part, 9, offset),
            values(DEVICE, uniform, dtype, part, 9, offset));
        if (dtype != DType.F64) {
          Fill truncated = new Fill.TruncatedNormal(0, 1, -2, 2);
          assertArrayEquals(
              values(Device.CPU, truncated, dtype, part, 9, offset),
              values(DEVICE, truncated, dtype, part, 9, offset));
        }
        near(new Fill.Normal(0.1, 0.5), dtype, part, offset);
      }
    }
  }

  private static void near(Fill fill, DType dtype, UnaryOperator<Tensor> part, long offset) {
    double[] cpu = values(Device.CPU, fill, dtype, part, 9, offset);
    double[] cuda = values(DEVICE, fill, dtype, part, 9, offset);
    for (int i = 0; i < cpu.length; i++) {
      double rounding = dtype.computedIn() == dtype ? 0 : Math.abs(cpu[i]) * dtype.epsilon();
      double tolerance =
          dtype == DType.F64 ? Tolerances.CURAND_NORMAL_F64 : Tolerances.CURAND_NORMAL_F32;
      assertEquals(cpu[i], cuda[i], tolerance + rounding, dtype + " element " + i);
    }
  }

  /** Another order of words, and so other numbers, but of the same law. */
  @Test
  void truncatedNormalsInF64() {
    double[] x = values(DEVICE, new Fill.TruncatedNormal(0, 1, 5, 6), DType.F64, t -> t, 9, 0);
    double sum = 0;
    for (double each : x) {
      assertTrue(each >= 5 && each <= 6, "value " + each);
      sum += each;
    }
    // The mean is 5.1865, the standard deviation of the mean of 533 is 0.0074: five of those.
    assertEquals(5.186, sum / x.length, 0.037);
  }

  /** The rows of the golden file that one call made. */
  @TestFactory
  Stream<DynamicTest> otherGenerators() {
    return Stream.of(CurandGenerator.values())
        .filter(
            generator ->
                generator != CurandGenerator.PHILOX4_32_10
                    && (generator != CurandGenerator.MT19937 || hasMt19937()))
        .flatMap(
            generator ->
                CurandGolden.rows(generator.name()).stream()
                    .filter(row -> row.calls().size() == 1)
                    .filter(row -> row.calls().getFirst().name().startsWith("GenerateUniform"))
                    .map(
                        row ->
                            DynamicTest.dynamicTest(
                                generator
                                    + " "
                                    + row.calls().getFirst().name()
                                    + " seed "
                                    + row.seed()
                                    + " offset "
                                    + row.offset(),
                                () -> check(generator, row))));
  }

  private static void check(CurandGenerator generator, CurandGolden row) {
    CudaOptions.use(new CudaOptions(CudaOptions.Engine.CURAND, generator));
    CurandGolden.Call call = row.calls().getFirst();
    DType dtype = call.name().endsWith("Double") ? DType.F64 : DType.F32;
    try (Tensor tensor = Tensor.empty(Shape.of(call.n()), dtype, DEVICE)) {
      Fills.fill(tensor, new Fill.Uniform(0, 1), Generator.philox(row.seed(), row.offset()));
      try (Tensor read = tensor.toCpu()) {
        ByteBuffer expected = call.bytes();
        for (int i = 0; i < call.n(); i++) {
          double theirs = dtype == DType.F64 ? expected.getDouble(8 * i) : expected.getFloat(4 * i);
          double below = dtype.below(1);
          assertEquals(Math.min(theirs, below), read.get(i), "element " + i);
        }
      }
    }
  }

  /** A generator that cannot skip gives what lies at the offset all the same. */
  @Test
  void whatCannotSkipDrawsWhatLiesBefore() {
    CudaOptions.use(new CudaOptions(CudaOptions.Engine.CURAND, CurandGenerator.MTGP32));
    Fill fill = new Fill.Uniform(0, 1);
    double[] all = values(DEVICE, fill, DType.F32, t -> t, 9, 0);
    double[] later = values(DEVICE, fill, DType.F32, t -> t, 9, 100);
    assertArrayEquals(
        Arrays.copyOfRange(all, 100, all.length), Arrays.copyOf(later, all.length - 100));
  }

  /**
   * Whether MT19937 works here. On the software device NVIDIA's host generators make the numbers,
   * and those of MT19937 want a GPU before cuRAND 10.4 (CUDA 13): the CUDA runtime inside libcurand
   * starts, and asks the driver for tables that NVIDIA does not document.
   */
  private static boolean hasMt19937() {
    boolean software = Backend.of(DEVICE).devices().getFirst().name().contains("software");
    return !software || (RealCurand.isThere() && RealCurand.version() >= 10400);
  }

  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void mt19937WantsAGpuBeforeCurand104(SoftDevice device) {
    CudaOptions.use(new CudaOptions(CudaOptions.Engine.CURAND, CurandGenerator.MT19937));
    try (Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
      Fill fill = new Fill.Uniform(0, 1);
      if (hasMt19937()) {
        Fills.fill(tensor, fill, Generator.philox(1));
      } else {
        CudaException e =
            assertThrows(CudaException.class, () -> Fills.fill(tensor, fill, Generator.philox(1)));
        assertEquals("curandGenerateUniform", e.call());
        assertEquals("CURAND_STATUS_INTERNAL_ERROR", e.code());
      }
      CudaOptions.use(CudaOptions.CURAND);
      Fills.fill(tensor, fill, Generator.philox(1));
    }
    Gpus.release();
    assertEquals(0, device.live("cuRAND generator"));
  }

  @ParameterizedTest
  @EnumSource(CurandGenerator.class)
  void everyGeneratorFillsEverything(CurandGenerator generator) {
    if (generator == CurandGenerator.MT19937 && !hasMt19937()) {
      System.out.println("cuRAND's MT19937 is tested with cuRAND 10.4, and on a real GPU");
      return;
    }
    CudaOptions.use(new CudaOptions(CudaOptions.Engine.CURAND, generator));
    // Seeding MT19937's 8192 sequences takes a host seconds.
    boolean slow = generator == CurandGenerator.MT19937 && !SoftDevice.realGpu();
    for (DType dtype : slow ? List.of(DType.F32) : DTypes.FLOATS) {
      for (Fill fill :
          List.of(
              new Fill.Uniform(2, 3),
              new Fill.Normal(5, 0.1),
              new Fill.TruncatedNormal(0, 1, 2, 2.5))) {
        double[] x = values(DEVICE, fill, dtype, t -> t, 4, 8);
        for (double each : x) {
          assertTrue(each >= 2 && each < 7, fill + " in " + dtype + ": " + each);
        }
      }
    }
  }
}
