// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.Released;
import org.initium.testing.CudaTest;
import org.initium.testing.DTypes;
import org.initium.testing.Fills;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fill but orthogonal gives the bits that the CPU gives. */
@CudaTest
class CudaFillTest implements Released {
  private static final List<Fill> MATRIX =
      List.of(
          new Fill.Eye(1.5),
          new Fill.Hadamard(0.3),
          new Fill.Sparse(0.1, 0.01),
          new Fill.Sparse(0.77, 2));

  /** A part of a tensor, as views and shards make it. */
  private record Part(String name, Shape memory, UnaryOperator<Tensor> of) {}

  private static final List<Part> PARTS =
      List.of(
          new Part("columns", Shape.of(37, 50), t -> t.narrow(1, 3, 21)),
          new Part("few columns", Shape.of(300, 9), t -> t.narrow(1, 2, 3)),
          new Part("one column", Shape.of(300, 9), t -> t.narrow(1, 8, 1)),
          new Part("rows", Shape.of(37, 50), t -> t.narrow(0, 5, 30)),
          new Part("every third column", Shape.of(20, 101), t -> t.every(1, 1, 3)),
          new Part("every other row", Shape.of(41, 33), t -> t.every(0, 1, 2)),
          new Part("shard of rows", Shape.of(7, 30), t -> t.shardOf(Shape.of(50, 30), 13, 0)),
          new Part("shard of columns", Shape.of(40, 7), t -> t.shardOf(Shape.of(40, 31), 0, 5)),
          new Part(
              "one column of a shard", Shape.of(40, 1), t -> t.shardOf(Shape.of(40, 31), 0, 5)),
          new Part(
              "shard in a view",
              Shape.of(64, 64),
              t -> t.narrow(0, 3, 20).narrow(1, 7, 33).shardOf(Shape.of(100, 90), 70, 41)),
          new Part(
              "shard of a far place",
              Shape.of(3, 5),
              t -> t.shardOf(Shape.of(1L << 20, 1L << 18), (1L << 20) - 3, 77)));

  private static Stream<DynamicTest> each(List<Fill> fills, List<Part> parts) {
    return fills.stream()
        .flatMap(
            fill ->
                DTypes.FLOATS.stream()
                    .flatMap(
                        dtype ->
                            parts.stream()
                                .map(
                                    part ->
                                        DynamicTest.dynamicTest(
                                            fill + " " + dtype + " " + part.name,
                                            () ->
                                                SameBits.check(
                                                    fill, dtype, part.memory, part.of, 6)))));
  }

  @TestFactory
  Stream<DynamicTest> partsOfAnyShape() {
    return each(Fills.ANY_SHAPE, PARTS);
  }

  @TestFactory
  Stream<DynamicTest> partsOfMatrices() {
    return each(MATRIX, PARTS);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 33, 63, 65, 255, 257, 1000, 4099, 70001
      })
  void sizesAroundEveryTail(int size) {
    for (Fill fill : Fills.ANY_SHAPE) {
      for (DType dtype : DTypes.FLOATS) {
        SameBits.check(fill, dtype, Shape.of(size), t -> t, 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void memoryThatStartsAnywhere(DType dtype) {
    for (Fill fill : Fills.ANY_SHAPE) {
      for (int start = 0; start < 9; start++) {
        int from = start;
        SameBits.check(fill, dtype, Shape.of(200), t -> t.narrow(0, from, 150), 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      longs = {1, 2, 3, 5, 7, 65535, 262140, 262143, 262144, 262147, 1L << 32, (1L << 50) + 5})
  void anyOffset(long offset) {
    for (Fill fill : Fills.ANY_SHAPE) {
      for (DType dtype : DTypes.FLOATS) {
        SameBits.check(fill, dtype, Shape.of(1001), t -> t, offset);
      }
    }
  }

  /**
   * A thread goes down lines of 2^18 elements, here through the place where the counter's first
   * word overflows.
   */
  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void linesBelowEachOther(DType dtype) {
    for (long before : new long[] {12, 1 << 20}) {
      SameBits.check(
          new Fill.Normal(0, 1),
          dtype,
          Shape.of(9 * (1 << 18) + 77),
          t -> t.narrow(0, 5, 9 * (1 << 18) + 70),
          (1L << 50) - before);
    }
  }

  @Test
  void seedsUseAll64Bits() {
    for (long seed : new long[] {0, -1, Long.MIN_VALUE, 0x123456789abcdefL}) {
      for (Device device : List.of(Device.cuda(0), CudaLife.second())) {
        SameBits.check(device, new Fill.Normal(0, 1), DType.F32, Shape.of(100), t -> t, seed, 4);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void convolutions(DType dtype) {
    for (long groups : new long[] {1, 2, 6}) {
      Fill dirac = new Fill.Center(new Fill.Eye(1, groups));
      for (Shape shape :
          List.of(Shape.of(12, 5, 3), Shape.of(6, 9, 3, 4), Shape.of(6, 1, 1, 2, 3))) {
        SameBits.check(dirac, dtype, shape, t -> t, 0);
      }
      SameBits.check(
          dirac, dtype, Shape.of(5, 4, 2, 3), t -> t.shardOf(Shape.of(12, 9, 3, 3), 4, 1, 1, 0), 0);
    }
    SameBits.check(new Fill.Center(new Fill.Hadamard(1)), dtype, Shape.of(5, 6, 3, 3), t -> t, 0);
    SameBits.check(
        new Fill.Repeated(new Fill.Normal(0, 1), 4), dtype, Shape.of(12, 6, 3, 3), t -> t, 0);
  }

  /** Nine dimensions that cannot be joined: more than a kernel takes at a time. */
  @Test
  void moreDimensionsThanAKernelTakes() {
    Shape memory = Shape.of(3, 3, 3, 3, 3, 3, 3, 3, 3);
    UnaryOperator<Tensor> part =
        t -> {
          for (int d = 0; d < 9; d++) {
            t = t.narrow(d, 1, 2);
          }
          return t;
        };
    SameBits.check(new Fill.Normal(0, 1), DType.F32, memory, part, 0);
    SameBits.check(new Fill.Constant(2), DType.BF16, memory, part, 0);
  }

  /** Blocks of threads share tiles: one of one column, two of 16, and one of few. */
  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void sparseOfLongColumns(DType dtype) {
    Fill sparse = new Fill.Sparse(0.5, 1);
    SameBits.check(sparse, dtype, Shape.of(70_001, 1), t -> t, 2);
    SameBits.check(sparse, dtype, Shape.of(4_500, 18), t -> t.narrow(0, 300, 4_200), 0);
    SameBits.check(sparse, dtype, Shape.of(30_000, 3), t -> t.every(1, 0, 2), 0);
  }
}
