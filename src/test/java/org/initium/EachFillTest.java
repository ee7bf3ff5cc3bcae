// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.DTypes;
import org.initium.testing.RandomRegion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that stand in one tensor: each is what a tensor of its own would be, drawn in turn. */
class EachFillTest {
  private static final long SEED = 11;

  /** expression of the stack, of one weight, shape, order: batch, outputs, inputs, taps. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "orthogonal(batch_axis=0) | orthogonal | 3,8,5 | 1 | 0,1,2",
        "orthogonal(batch_axis=1, layout=hwio) | orthogonal | 8,3,5 | 1 | 1,2,0",
        "orthogonal(batch_axis=[0, 2], method=householder) | orthogonal(method=householder) |"
            + " 2,6,3,4 | 2 | 0,2,1,3",
        "sparse(0.4, batch_axis=2) | sparse(0.4) | 9,5,3 | 1 | 2,0,1",
        "eye(batch_axis=-1) | eye | 4,6,3 | 1 | 2,0,1",
        "identity(2, layout=hwio) | identity(2) | 4,6 | 0 | 1,0",
        "dirac(2, batch_axis=1) | dirac(2) | 4,3,2,3 | 1 | 1,0,2,3",
        "delta_orthogonal(layout=hwio) | delta_orthogonal | 3,2,4,6 | 0 | 3,2,0,1",
        "delta_orthogonal(batch_axis=0) | delta_orthogonal | 3,6,4,2 | 1 | 0,1,2,3",
      })
  void eachIsWhatItWouldBeAlone(
      String stacked, String alone, String sizes, int batch, String order) {
    Shape shape = Shape.parse(sizes);
    int[] dims = java.util.Arrays.stream(order.split(",")).mapToInt(Integer::parseInt).toArray();
    Init one = Init.parse(alone);
    for (DType dtype : DTypes.FLOATS) {
      PhiloxGenerator all = Generator.philox(SEED, 8);
      PhiloxGenerator each = Generator.philox(SEED, 8);
      try (Tensor tensor = Tensor.empty(shape, dtype)) {
        tensor.fill(Init.parse(stacked), all);
        compare(tensor.permute(dims), batch, one, each);
        assertEquals(each.offset(), all.offset());
      }
    }
  }

  private static void compare(Tensor tensor, int batch, Init init, Generator generator) {
    if (batch > 0) {
      for (long n = 0; n < tensor.shape().size(0); n++) {
        compare(tensor.select(0, n), batch - 1, init, generator);
      }
      return;
    }
    try (Tensor alone = Tensor.empty(tensor.shape(), tensor.dtype())) {
      alone.fill(init, generator);
      forEach(
          tensor.shape(),
          index -> assertEquals(alone.get(index), tensor.get(index), () -> init + ""));
    }
  }

  private static void forEach(Shape shape, java.util.function.Consumer<long[]> action) {
    long[] index = new long[shape.rank()];
    for (long n = 0; n < shape.numel(); n++) {
      long rest = n;
      for (int d = shape.rank() - 1; d >= 0; d--) {
        index[d] = rest % shape.size(d);
        rest /= shape.size(d);
      }
      action.accept(index);
    }
  }

  /** A weight with heads is the matrix of its inputs and all its heads' outputs. */
  @ParameterizedTest
  @ValueSource(strings = {"6,2,4", "8,3,2", "12,2,3"})
  void headsAreOneMatrix(String sizes) {
    Shape shape = Shape.parse(sizes);
    long in = shape.size(0);
    long out = shape.numel() / in;
    try (Tensor heads = Tensor.empty(shape, DType.F32);
        Tensor matrix = Tensor.empty(Shape.of(out, in), DType.F32)) {
      heads.fill(Init.parse("orthogonal(layout=ihd)"), Generator.philox(SEED));
      matrix.fill(Init.orthogonal(), Generator.philox(SEED));
      forEach(
          shape,
          i -> assertEquals(matrix.get(i[1] * shape.size(2) + i[2], i[0]), heads.get(i), sizes));
    }
  }

  /** Any region of the whole is that slice of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "orthogonal(batch_axis=0) | 3,8,5",
        "orthogonal(batch_axis=1, layout=hwio) | 8,3,5",
        "orthogonal(layout=ihd) | 6,2,4",
        "sparse(0.4, batch_axis=2) | 9,5,3",
        "delta_orthogonal(batch_axis=1, layout=hwio) | 3,2,4,6",
        "dirac(batch_axis=0) | 2,4,3,3",
      })
  void aShardIsTheSliceOfTheWhole(String expression, String sizes) {
    SplittableRandom random = new SplittableRandom(SEED);
    Shape shape = Shape.parse(sizes);
    Init init = Init.parse(expression);
    try (Tensor whole = Tensor.empty(shape, DType.F32)) {
      whole.fill(init, Generator.philox(SEED, 4));
      for (int round = 0; round < 60; round++) {
        RandomRegion region = RandomRegion.random(shape, random);
        Shape part = region.shape();
        long[] origin = region.origin();
        PhiloxGenerator generator = Generator.philox(SEED, 4);
        try (Tensor memory = Tensor.empty(part, DType.F32)) {
          Tensor shard = memory.shardOf(shape, origin);
          shard.fill(init, generator);
          assertEquals(
              4 + init.fill(shape).words(shape, DType.F32),
              generator.offset(),
              "words of the whole");
          forEach(
              part,
              index -> {
                long[] there = index.clone();
                java.util.Arrays.setAll(there, d -> there[d] + origin[d]);
                assertEquals(whole.get(there), shard.get(index), expression);
              });
        }
      }
    }
  }
}
