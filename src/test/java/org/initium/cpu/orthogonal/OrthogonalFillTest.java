// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Fill.Orthogonal.Method;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.blas.Blas;
import org.initium.cpu.fill.KernelFills;
import org.initium.cpu.fill.Team;
import org.initium.cpu.kernels.NativeKernels;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The matrices of both methods against their definitions, worked out in double by other algorithms
 * ({@link OrthogonalOracle}), from Gaussian numbers of java.util's.
 */
@Tag("slow")
class OrthogonalFillTest {
  private static final KernelFills ALONE = threads(1);

  private static KernelFills threads(int threads) {
    return new KernelFills(NativeKernels.of("auto"), new Team(threads));
  }

  /** Tall, square, wide; narrower and wider than a block, a multiple of one or not. */
  static long[][] shapes() {
    return new long[][] {
      {1, 1},
      {1, 5},
      {5, 1},
      {3, 2},
      {2, 3},
      {8, 8},
      {9, 9},
      {17, 9},
      {33, 65},
      {64, 64},
      {130, 64},
      {150, 150},
      {300, 170},
      {170, 300},
      {2, 3, 4},
      {24, 2, 3},
      {2, 1, 1, 2}
    };
  }

  /** Normal numbers that depend on the seed and the element's index alone. */
  static Consumer<Tensor> normals(long seed) {
    return part ->
        part.layout()
            .each(
                0,
                part.shape().numel(),
                (place, index) -> {
                  double value = new SplittableRandom(seed * 1_000_003 + index).nextGaussian();
                  part.dtype().set(part.storage().segment(), place, (float) value);
                });
  }

  static double[][] gaussian(long seed, int rows, int columns) {
    double[][] g = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        long index = (long) i * columns + j;
        g[i][j] = (float) new SplittableRandom(seed * 1_000_003 + index).nextGaussian();
      }
    }
    return g;
  }

  private static Tensor filled(Shape shape, DType dtype, double gain, Method method, long seed) {
    Tensor tensor = Tensor.empty(shape, dtype);
    OrthogonalFill.fill(tensor, new Fill.Orthogonal(gain, method), false, ALONE, normals(seed));
    return tensor;
  }

  private static void compare(long[] sizes, Method method, DType dtype, double tolerance) {
    Shape shape = Shape.of(sizes);
    int rows = (int) sizes[0];
    int columns = (int) (shape.numel() / rows);
    int longer = Math.max(rows, columns);
    int shorter = Math.min(rows, columns);
    double[][] g = gaussian(7, longer, shorter);
    double[][] q =
        method == Method.QR ? OrthogonalOracle.gramSchmidt(g) : OrthogonalOracle.reflectors(g);
    try (Tensor tensor = filled(shape, dtype, 1.5, method, 7);
        Tensor flat = Tensor.wrap(tensor.segment(), Shape.of(rows, columns), dtype)) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          double expected = 1.5 * (rows >= columns ? q[i][j] : q[j][i]);
          assertEquals(expected, flat.get(i, j), tolerance, shape + " at " + i + ", " + j);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void qrIsGramSchmidtOfTheSameMatrix(long[] shape) {
    compare(shape, Method.QR, DType.F64, Tolerances.QR_F64);
    compare(shape, Method.QR, DType.F32, Tolerances.QR_F32);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void householderIsTheProductOfItsReflectors(long[] shape) {
    compare(shape, Method.HOUSEHOLDER, DType.F64, Tolerances.REFLECTORS_F64);
    compare(shape, Method.HOUSEHOLDER, DType.F32, Tolerances.REFLECTORS_F32);
  }

  @ParameterizedTest
  @CsvSource({"1024, 1024, 1", "1024, 1024, 2", "2048, 2048, 1", "4096, 1024, 1", "1024, 4096, 1"})
  void columnsAreOrthonormalToAMillionth(int rows, int columns, int threads) {
    for (Method method : Method.values()) {
      try (Tensor tensor = Tensor.empty(Shape.of(rows, columns), DType.F32)) {
        OrthogonalFill.fill(
            tensor, new Fill.Orthogonal(1, method), false, threads(threads), normals(1));
        double defect = OrthogonalOracle.defect(tensor);
        assertTrue(
            defect <= Tolerances.ORTHONORMAL_F32, () -> method + ": max|Q'Q - I| = " + defect);
        assertTrue(defect > 1e-8, () -> method + ": f32 cannot be this exact: " + defect);
      }
    }
  }

  /** A last block whose right half is a column wider than its left one. */
  @ParameterizedTest
  @CsvSource({"377, 377", "3000, 161", "161, 3000"})
  void aLastBlockOfAnyWidthIsOrthonormal(int rows, int columns) {
    for (Method method : Method.values()) {
      try (Tensor tensor = filled(Shape.of(rows, columns), DType.F64, 1, method, 5)) {
        double defect = OrthogonalOracle.defect(tensor);
        assertTrue(defect <= Tolerances.ORTHONORMAL_F64, () -> method + ": " + defect);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void doublesAreOrthonormalToTheirOwnPrecision(Method method) {
    try (Tensor tensor = filled(Shape.of(300, 300), DType.F64, 1, method, 5)) {
      assertEquals(0, OrthogonalOracle.defect(tensor), Tolerances.ORTHONORMAL_F64);
    }
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void sixteenBitsAreTheF32MatrixRoundedOnce(Method method) {
    for (Shape shape : new Shape[] {Shape.of(70, 40), Shape.of(40, 70)}) {
      for (DType half : new DType[] {DType.F16, DType.BF16}) {
        try (Tensor single = filled(shape, DType.F32, 1.25, method, 3);
            Tensor rounded = filled(shape, half, 1.25, method, 3)) {
          for (long i = 0; i < shape.numel(); i++) {
            double value = single.dtype().get(single.segment(), i);
            assertEquals(half.round(value), half.get(rounded.segment(), i), 0, half + " at " + i);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void regionsAndViewsAreSlicesOfTheWhole(Method method) {
    Fill.Orthogonal fill = new Fill.Orthogonal(0.7, method);
    Shape whole = Shape.of(30, 5, 4);
    try (Tensor all = filled(whole, DType.F32, 0.7, method, 11);
        Tensor region = Tensor.empty(Shape.of(11, 3, 4), DType.F32);
        Tensor larger = Tensor.empty(Shape.of(30, 9, 4), DType.F32)) {
      OrthogonalFill.fill(region.shardOf(whole, 6, 1, 0), fill, false, ALONE, normals(11));
      Tensor view = larger.narrow(1, 2, 5);
      OrthogonalFill.fill(larger, new Fill.Orthogonal(1, method), false, ALONE, normals(1));
      double before = larger.get(3, 1, 2);
      OrthogonalFill.fill(view, fill, false, ALONE, normals(11));
      for (int i = 0; i < 11; i++) {
        for (int j = 0; j < 3; j++) {
          for (int k = 0; k < 4; k++) {
            assertEquals(all.get(i + 6, j + 1, k), region.get(i, j, k));
            assertEquals(all.get(i, j, k), view.get(i, j, k));
          }
        }
      }
      assertEquals(before, larger.get(3, 1, 2), "outside the view");
    }
  }

  /** The words of the stream: element (i, j) of the tall matrix is element i*n + j of a Normal. */
  @ParameterizedTest
  @EnumSource(Method.class)
  void theGaussianIsTheNormalFillOfTheTallMatrix(Method method) {
    for (DType dtype : new DType[] {DType.F32, DType.F64}) {
      PhiloxGenerator generator = Generator.philox(3, 8);
      PhiloxGenerator same = Generator.philox(3, 8);
      try (Tensor normals = Tensor.empty(Shape.of(90, 40), dtype);
          Tensor tall = Tensor.empty(Shape.of(90, 40), dtype);
          Tensor wide = Tensor.empty(Shape.of(40, 10, 9), dtype)) {
        normals.fill(Init.normal(), generator.copy());
        wide.fill(Init.orthogonal(1, method), generator.copy());
        tall.fill(Init.orthogonal(1, method), generator);
        same.take(new Fill.Normal(0, 1).words(tall.shape(), dtype));
        assertEquals(same.offset(), generator.offset(), "words taken");
        double[][] g = new double[90][40];
        for (int i = 0; i < 90; i++) {
          for (int j = 0; j < 40; j++) {
            g[i][j] = normals.get(i, j);
          }
        }
        double[][] q =
            method == Method.QR ? OrthogonalOracle.gramSchmidt(g) : OrthogonalOracle.reflectors(g);
        for (int i = 0; i < 90; i++) {
          for (int j = 0; j < 40; j++) {
            double tolerance = dtype == DType.F64 ? Tolerances.QR_F64 : Tolerances.REFLECTORS_F32;
            assertEquals(q[i][j], tall.get(i, j), tolerance);
            assertEquals(q[i][j], wide.get(j, i / 9, i % 9), tolerance);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void bitsDoNotDependOnTheNumberOfThreads(Method method) {
    for (Shape shape : new Shape[] {Shape.of(700, 600), Shape.of(300, 900)}) {
      try (Tensor one = filled(shape, DType.F32, 1.5, method, 4);
          Tensor three = Tensor.empty(shape, DType.F32)) {
        OrthogonalFill.fill(three, new Fill.Orthogonal(1.5, method), false, threads(3), normals(4));
        assertEquals(-1, one.segment().mismatch(three.segment()), shape + ": first other byte");
      }
    }
  }

  @Test
  void aZeroOfTheGaussianIsPositive() {
    try (Tensor tensor = Tensor.empty(Shape.of(1, 1), DType.F32)) {
      Consumer<Tensor> zero = part -> part.storage().segment().fill((byte) 0);
      for (Method method : Method.values()) {
        OrthogonalFill.fill(tensor, new Fill.Orthogonal(3, method), false, ALONE, zero);
        assertEquals(3, tensor.get(0, 0), method.toString());
      }
    }
  }

  @Test
  void theNumberOfThreadsOfOpenBlasIsLeftAsItWas() {
    Blas blas = Blas.of(DType.F32);
    int before = blas.threads();
    blas.setThreads(3);
    try (Tensor tensor = Tensor.empty(Shape.of(20, 20), DType.F32)) {
      OrthogonalFill.fill(tensor, new Fill.Orthogonal(1, Method.QR), false, threads(2), normals(2));
      assertEquals(3, blas.threads());
      int[] during = new int[2];
      blas.withOneThread(
          () -> {
            blas.withOneThread(() -> during[0] = blas.threads());
            during[1] = blas.threads(); // the inner one was not the last
          });
      assertEquals(1, during[0]);
      assertEquals(1, during[1]);
      assertEquals(3, blas.threads());
    } finally {
      blas.setThreads(before);
    }
  }

  @Test
  void memoryBesideTheTensorIsAFifthMoreThanTheMatrixAtMost() {
    for (int[] size : new int[][] {{512, 512}, {1024, 1024}, {4096, 1024}, {4096, 4096}}) {
      long matrix = (long) size[0] * size[1];
      long beside = OrthogonalFill.elements(size[0], size[1]);
      assertTrue(5 * beside <= 6 * matrix, size[0] + " x " + size[1] + ": " + beside);
    }
  }

  @Test
  void moreRowsThanBlasCountsAreRefusedBeforeTheGeneratorMoves() {
    Tensor tensor = Tensor.wrap(Device.CPU, 64, Shape.of(1, 1L << 31), DType.BF16);
    PhiloxGenerator generator = Generator.philox(1, 8);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> tensor.fill(Init.orthogonal(), generator));
    assertEquals(8, generator.offset());
    assertEquals(
        "orthogonal takes a matrix of at most 2^31 - 1 rows and columns; shape [1, 2147483648] is"
            + " 1 x 2147483648",
        e.getMessage());
  }
}
