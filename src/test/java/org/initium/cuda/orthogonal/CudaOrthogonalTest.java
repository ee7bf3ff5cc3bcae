// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.CudaTest;
import org.initium.testing.DTypes;
import org.initium.testing.Fills;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Orthogonal matrices, small and by cuSOLVER: orthonormal, and the CPU's but for rounding. */
@CudaTest
class CudaOrthogonalTest implements Released {
  private static final double GAIN = 1.7;

  private static final List<Shape> SHAPES =
      List.of(
          Shape.of(1, 1),
          Shape.of(1, 7),
          Shape.of(7, 1),
          Shape.of(2, 2),
          Shape.of(40, 17),
          Shape.of(17, 40),
          Shape.of(64, 64),
          Shape.of(12, 5, 3, 3),
          Shape.of(90, 4, 2),
          Shape.of(128, 33),
          Shape.of(100, 128),
          Shape.of(129, 9),
          Shape.of(9, 129),
          Shape.of(140, 140),
          Shape.of(300, 31));

  @TestFactory
  Stream<DynamicTest> everyShapeDtypeAndMethod() {
    return SHAPES.stream()
        .flatMap(
            shape ->
                DTypes.FLOATS.stream()
                    .flatMap(
                        dtype ->
                            Stream.of(Fill.Orthogonal.Method.values())
                                .map(
                                    method ->
                                        DynamicTest.dynamicTest(
                                            shape + " " + dtype + " " + method,
                                            () -> check(shape, dtype, method)))));
  }

  private static void check(Shape shape, DType dtype, Fill.Orthogonal.Method method) {
    Fill fill = new Fill.Orthogonal(GAIN, method);
    double[] cpu = values(Device.CPU, fill, dtype, shape, t -> t);
    double[] cuda = values(Device.cuda(0), fill, dtype, shape, t -> t);
    int rows = (int) shape.size(0);
    int columns = cpu.length / rows;
    double eps = Math.max(dtype.epsilon(), rounding(dtype));
    int n = Math.max(rows, columns);
    assertTrue(defect(cuda, rows, columns) <= Tolerances.ORTHOGONAL_DEFECT * n * eps);
    for (int i = 0; i < cpu.length; i++) {
      assertEquals(cpu[i], cuda[i], Tolerances.ORTHOGONAL_AGREEMENT * n * eps, "element " + i);
    }
  }

  /** Of the type that the factorization is computed in. */
  private static double rounding(DType dtype) {
    return dtype == DType.F64 ? DType.F64.epsilon() : DType.F32.epsilon();
  }

  /** max |Q'Q - gain^2 I| over the shorter side, relative to gain^2. */
  private static double defect(double[] q, int rows, int columns) {
    boolean tall = rows >= columns;
    int n = Math.min(rows, columns);
    double worst = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < Math.max(rows, columns); k++) {
          sum +=
              tall
                  ? q[k * columns + i] * q[k * columns + j]
                  : q[i * columns + k] * q[j * columns + k];
        }
        worst = Math.max(worst, Math.abs(sum / (GAIN * GAIN) - (i == j ? 1 : 0)));
      }
    }
    return worst;
  }

  private static double[] values(
      Device device, Fill fill, DType dtype, Shape shape, UnaryOperator<Tensor> part) {
    try (Tensor tensor = Tensor.empty(shape, dtype, device)) {
      Fills.fill(tensor, new Fill.Constant(-7), Generator.philox(1));
      Fills.fill(part.apply(tensor), fill, Generator.philox(11, 4));
      try (Tensor read = tensor.toCpu()) {
        double[] values = new double[(int) shape.numel()];
        Arrays.setAll(values, i -> dtype.get(read.segment(), i));
        return values;
      }
    }
  }

  /** The most that a block of threads holds, where doubles are the largest. */
  @Test
  void theLargestThatABlockOfThreadsHolds() {
    check(Shape.of(128, 128), DType.F64, Fill.Orthogonal.Method.QR);
    check(Shape.of(8, 16, 128), DType.F16, Fill.Orthogonal.Method.HOUSEHOLDER);
  }

  /** Parts are the same bits as in the whole: the same factorization is cut. */
  @ParameterizedTest
  @ValueSource(ints = {30, 130})
  void viewsAndShards(int rows) {
    Shape of = Shape.of(rows, 20);
    for (DType dtype : DTypes.FLOATS) {
      for (Fill.Orthogonal.Method method : Fill.Orthogonal.Method.values()) {
        Fill fill = new Fill.Orthogonal(GAIN, method);
        double[] whole = values(Device.cuda(0), fill, dtype, of, t -> t);
        double[] shard =
            values(
                Device.cuda(0),
                fill,
                dtype,
                Shape.of(9, 12),
                t -> t.narrow(0, 1, 7).narrow(1, 2, 9).shardOf(of, 20, 11));
        for (int i = 0; i < 9; i++) {
          for (int j = 0; j < 12; j++) {
            boolean inside = i >= 1 && i < 8 && j >= 2 && j < 11;
            double expected = inside ? whole[(20 + i - 1) * 20 + 11 + j - 2] : -7;
            assertEquals(expected, shard[i * 12 + j], dtype + " " + method + " " + i + "," + j);
          }
        }
      }
    }
  }

  /** A region without elements of a matrix with too many rows; nothing is written. */
  @Test
  void whatIsTooLargeIsFoundBeforeTheGeneratorMoves() {
    PhiloxGenerator generator = Generator.philox(5);
    try (Tensor none = Tensor.empty(Shape.of(0, 1), DType.F32, Device.cuda(0))) {
      Tensor region = none.shardOf(Shape.of(1L << 31, 1), 0, 0);
      Fill fill = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
      assertThrows(IllegalArgumentException.class, () -> Fills.fill(region, fill, generator));
    }
    assertEquals(0, generator.offset());
  }
}
