// SPDX-License-Identifier: Apache-2.0
package org.initium.contract;

import static org.initium.DType.F32;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.DTypes;
import org.initium.testing.Fills;
import org.initium.testing.Reference;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A device's fills are, to the bit, what {@link Reference} says of each element: whatever the size,
 * the place in the stream, the shard and the layout in memory.
 */
public abstract class FillContract {
  private static final long SEED = 0x1234_5678_9abc_def0L;
  private static final double UNTOUCHED = -5;

  private static final List<Fill.Elementary> ANY_SHAPE =
      List.of(
          new Fill.Constant(0.3),
          new Fill.Uniform(-0.25, 1.5),
          new Fill.Normal(0.5, 2),
          new Fill.TruncatedNormal(0, 1, -2, 2));
  private static final List<Fill.Elementary> MATRIX =
      List.of(
          ofInit("log(arange(1,dim=0))"),
          ofInit("linspace(-1,1)"),
          new Fill.Eye(1.1),
          new Fill.Hadamard(0.3),
          new Fill.Sparse(0.5, 1),
          new Fill.Sparse(0.9, 3));

  private static Fill.Elementary ofInit(String expression) {
    return (Fill.Elementary) Init.parse(expression).fill(Shape.of(1));
  }

  /** The device under test. */
  protected abstract Device device();

  /** Fills and waits. */
  protected void fill(Tensor tensor, Fill fill, Generator generator) {
    Fills.fill(tensor, fill, generator);
  }

  @TestFactory
  Stream<DynamicTest> sizesAroundEveryTail() {
    long[] offsets = {0, 1, 2, 3, (1L << 18) - 5, (1L << 34) - 6, (1L << 50) - 7};
    return tests(
        ANY_SHAPE,
        (fill, dtype) -> {
          int turn = 0;
          for (long n :
              new long[] {
                1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 33, 63, 65, 257, 1023, 1025, 2047, 2048,
                2049, 2051, 4095, 4097, 6151
              }) {
            check(fill, dtype, Shape.of(n), offsets[turn++ % offsets.length]);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> offsetsAcrossTheCountersWords() {
    return tests(
        ANY_SHAPE,
        (fill, dtype) -> {
          for (long offset : new long[] {(1L << 18) - 1000, (1L << 34) - 999, (1L << 50) - 998}) {
            check(fill, dtype, Shape.of(3000), offset);
          }
        });
  }

  /** Truncated normals one-sided, flat, and steep, and other laws: each has a table of its own. */
  @TestFactory
  Stream<DynamicTest> lawsByTheirQuantiles() {
    return tests(
        List.of(
            new Fill.TruncatedNormal(0, 1, 5, Double.POSITIVE_INFINITY),
            new Fill.TruncatedNormal(1, 2, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
            new Fill.TruncatedNormal(0, 400, -1e-4, 1e-4),
            new Fill.TruncatedNormal(1, 1e-11, 0, 0.5),
            new Fill.Cauchy(0.5, 2),
            new Fill.Laplace(-1, 0.25),
            new Fill.Exponential(3),
            ofInit("log(uniform(1,16))"),
            ofInit("affine(exp(uniform(-2,0)),-1,3)"),
            ofInit("dt_bias(0.001,0.1,0.01)")),
        (fill, dtype) -> check(fill, dtype, Shape.of(3001), 5));
  }

  @TestFactory
  Stream<DynamicTest> matrices() {
    return tests(
        MATRIX,
        (fill, dtype) -> {
          for (Shape shape :
              List.of(
                  Shape.of(1, 1),
                  Shape.of(3, 5),
                  Shape.of(70, 3),
                  Shape.of(17, 33),
                  Shape.of(4, 2100))) {
            check(fill, dtype, shape, 3);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> convolutions() {
    return tests(
        List.of(new Fill.Center(new Fill.Eye(1, 1)), new Fill.Center(new Fill.Eye(1, 2))),
        (fill, dtype) -> {
          for (Shape shape :
              List.of(Shape.of(2, 3, 4), Shape.of(6, 2, 3, 3), Shape.of(4, 8, 1, 2, 3))) {
            check(fill, dtype, shape, 0);
          }
        });
  }

  /** Tiles of so many keys that they are not all at hand: of one column, and of two times 16. */
  @TestFactory
  Stream<DynamicTest> sparseOfManyRows() {
    return Stream.of(Shape.of(65_537, 1), Shape.of(300_001, 1), Shape.of(20_000, 17))
        .map(
            shape ->
                DynamicTest.dynamicTest(
                    shape.toString(), () -> check(new Fill.Sparse(0.4, 1), F32, shape, 5, 997)));
  }

  /** The rows in the midst of tiles of many keys. */
  @Test
  void shardsOfManyRows() {
    Shape whole = Shape.of(20_000, 17);
    long[] origin = {12_345, 15};
    try (Tensor part = Tensor.empty(Shape.of(777, 2), F32, device())) {
      Fill.Sparse sparse = new Fill.Sparse(0.4, 1);
      fill(part.shardOf(whole, origin), sparse, Generator.philox(SEED, 5));
      try (Tensor read = part.toCpu()) {
        compare(read, sparse, whole, origin, 5, 7);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> shardsAreSlicesOfTheWhole() {
    return tests(
        Stream.concat(
                Stream.concat(ANY_SHAPE.stream(), MATRIX.stream()),
                Stream.of(new Fill.Center(new Fill.Eye(1, 3))))
            .toList(),
        (fill, dtype) -> {
          Random random = new Random(7);
          Shape whole =
              fill instanceof Fill.Center
                  ? Shape.of(9, 4, 3)
                  : Shape.of(MATRIX.contains(fill) ? new long[] {41, 67} : new long[] {7, 11, 31});
          for (int i = 0; i < 12; i++) {
            shard(fill, dtype, whole, random);
          }
        });
  }

  private void shard(Fill fill, DType dtype, Shape whole, Random random) {
    long[] origin = new long[whole.rank()];
    long[] sizes = new long[whole.rank()];
    for (int d = 0; d < origin.length; d++) {
      sizes[d] = 1 + random.nextLong(whole.size(d));
      origin[d] = random.nextLong(whole.size(d) - sizes[d] + 1);
    }
    PhiloxGenerator generator = Generator.philox(SEED, 21);
    try (Tensor part = Tensor.empty(Shape.of(sizes), dtype, device())) {
      fill(part.shardOf(whole, origin), fill, generator);
      assertEquals(21 + fill.words(whole, dtype), generator.offset(), "the stream moves on");
      try (Tensor read = part.toCpu()) {
        compare(read, fill, whole, origin, 21, 1);
      }
    }
  }

  /** Views in every direction; what is not in the view stays as it was. */
  @TestFactory
  Stream<DynamicTest> views() {
    List<UnaryOperator<Tensor>> views =
        List.of(
            t -> t.narrow(1, 5, 20),
            t -> t.narrow(0, 3, 4).narrow(1, 0, 1),
            t -> t.every(0, 1, 3),
            t -> t.every(1, 2, 4),
            t -> t.every(0, 0, 2).every(1, 1, 2),
            t -> t.transpose(0, 1),
            t -> t.transpose(0, 1).narrow(0, 5, 20).every(1, 1, 3),
            t -> t.narrow(1, 7, 2).transpose(0, 1),
            t -> t.narrow(0, 2, 5));
    return tests(
        Stream.concat(ANY_SHAPE.stream(), MATRIX.stream()).toList(),
        (fill, dtype) -> {
          for (UnaryOperator<Tensor> view : views) {
            view(fill, dtype, view);
          }
        });
  }

  private void view(Fill fill, DType dtype, UnaryOperator<Tensor> view) {
    try (Tensor all = Tensor.empty(Shape.of(13, 47), dtype, device())) {
      fill(all, new Fill.Constant(UNTOUCHED), Generator.philox(0));
      Tensor part = view.apply(all);
      fill(part, fill, Generator.philox(SEED, 6));
      try (Tensor read = all.toCpu()) {
        Tensor seen = view.apply(read);
        compare(seen, fill, seen.shape(), new long[2], 6, 1);
        fill(seen, UNTOUCHED);
        for (long i = 0; i < all.shape().numel(); i++) {
          assertEquals(UNTOUCHED, dtype.get(read.segment(), i), "element " + i + " outside");
        }
      }
    }
  }

  private static void fill(Tensor view, double value) {
    for (long i = 0; i < view.shape().size(0); i++) {
      for (long j = 0; j < view.shape().size(1); j++) {
        long at = view.memoryOffset() + i * view.stride(0) + j * view.stride(1);
        view.dtype().set(view.storage().segment(), at, value);
      }
    }
  }

  /** Enough for every thread or block of threads; one element in 1009 is looked at. */
  @TestFactory
  Stream<DynamicTest> largeTensors() {
    return tests(
        ANY_SHAPE, (fill, dtype) -> check(fill, dtype, Shape.of(1_000_003), (1L << 18) - 77, 1009));
  }

  private void check(Fill fill, DType dtype, Shape shape, long offset) {
    check(fill, dtype, shape, offset, 1);
  }

  private void check(Fill fill, DType dtype, Shape shape, long offset, int every) {
    try (Tensor tensor = Tensor.empty(shape, dtype, device())) {
      fill(tensor, fill, Generator.philox(SEED, offset));
      try (Tensor read = tensor.toCpu()) {
        compare(read, fill, shape, new long[shape.rank()], offset, every);
      }
    }
  }

  private static void compare(
      Tensor part, Fill fill, Shape whole, long[] origin, long offset, int every) {
    long[] strides = whole.rowMajorStrides();
    long[] index = new long[whole.rank()];
    for (long i = 0; i < part.shape().numel(); i += every) {
      long rest = i;
      long inWhole = 0;
      for (int d = index.length - 1; d >= 0; d--) {
        index[d] = rest % part.shape().size(d);
        rest /= part.shape().size(d);
        inWhole += (origin[d] + index[d]) * strides[d];
      }
      double expected = Reference.at(fill, whole, part.dtype(), SEED, offset, inWhole);
      double own = part.get(index);
      if (Double.doubleToRawLongBits(expected) != Double.doubleToRawLongBits(own)) {
        throw new AssertionError(
            "%s in %s of %s at offset %d: element %d is %s, not %s"
                .formatted(fill, part.dtype(), whole, offset, inWhole, own, expected));
      }
    }
  }

  private interface Case {
    void run(Fill fill, DType dtype);
  }

  private static Stream<DynamicTest> tests(List<? extends Fill> fills, Case test) {
    return fills.stream()
        .flatMap(
            fill ->
                DTypes.FLOATS.stream()
                    .map(
                        dtype ->
                            DynamicTest.dynamicTest(
                                fill + " in " + dtype, () -> test.run(fill, dtype))));
  }
}
