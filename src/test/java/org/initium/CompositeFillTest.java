// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.DTypes;
import org.initium.testing.RandomRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** delta_orthogonal, ICNR and ZerO: what they are made of, and that shards and views agree. */
class CompositeFillTest {
  private static final long SEED = 7;

  private static Tensor filled(Shape shape, DType dtype, Init init) {
    return Tensor.empty(shape, dtype).fill(init, Generator.philox(SEED, 12));
  }

  static List<Object[]> composites() {
    return List.of(
        new Object[] {"delta_orthogonal", Shape.of(7, 5, 3)},
        new Object[] {"delta_orthogonal(gain=3)", Shape.of(6, 6, 3, 4)},
        new Object[] {"delta_orthogonal(method=householder)", Shape.of(4, 3, 1, 2, 3)},
        new Object[] {"icnr", Shape.of(12, 3, 3, 2)},
        new Object[] {"icnr(uniform, 3)", Shape.of(6, 5, 3)},
        new Object[] {"icnr(orthogonal)", Shape.of(16, 2, 2, 1, 3)},
        new Object[] {"zero", Shape.of(9, 5)},
        new Object[] {"zero", Shape.of(5, 9)},
        new Object[] {"zero", Shape.of(9, 5, 3, 4)},
        new Object[] {"zero", Shape.of(3, 5, 2)});
  }

  /** Every region of random place and size is that slice, in every dtype, and so are views. */
  @ParameterizedTest
  @MethodSource("composites")
  void aShardIsTheSliceOfTheWhole(String expression, Shape shape) {
    SplittableRandom random = new SplittableRandom(SEED);
    Init init = Init.parse(expression);
    for (DType dtype : DTypes.FLOATS) {
      try (Tensor whole = filled(shape, dtype, init)) {
        for (int round = 0; round < 40; round++) {
          RandomRegion region = RandomRegion.random(shape, random);
          assertSlice(init, whole, region.shape(), region.origin());
        }
        assertSlice(init, whole, shape, new long[shape.rank()]);
      }
    }
  }

  /** The shard's memory is itself a strided view of something larger. */
  private static void assertSlice(Init init, Tensor whole, Shape part, long[] origin) {
    PhiloxGenerator generator = Generator.philox(SEED, 12);
    try (Tensor memory = Tensor.empty(part.with(-1, 2 * part.size(-1) + 1), whole.dtype())) {
      memory.fill(Init.constant(-96), generator);
      Tensor shard = memory.narrow(-1, 1, part.size(-1)).shardOf(whole.shape(), origin);
      shard.fill(init, generator);
      long words = init.fill(whole.shape()).words(whole.shape(), whole.dtype());
      assertEquals(12 + words, generator.offset(), "a shard takes the words of the whole");
      for (long n = 0; n < part.numel(); n++) {
        long[] here = RandomRegion.index(part, n);
        long[] there = here.clone();
        for (int d = 0; d < there.length; d++) {
          there[d] += origin[d];
        }
        assertEquals(whole.get(there), shard.get(here), init + " " + part);
      }
      for (long n = 0; n < memory.shape().numel(); n++) {
        long last = n % memory.shape().size(-1);
        if (last == 0 || last > part.size(-1)) {
          assertEquals(-96, memory.get(RandomRegion.index(memory.shape(), n)), "beside the view");
        }
      }
    }
  }

  @Test
  void deltaOrthogonalKeepsTheNormAtTheCenterTap() {
    Shape shape = Shape.of(7, 5, 3, 4);
    try (Tensor tensor = filled(shape, DType.F64, Init.deltaOrthogonal(2))) {
      for (long n = 0; n < shape.numel(); n++) {
        long[] at = RandomRegion.index(shape, n);
        if (at[2] != 1 || at[3] != 2) {
          assertEquals(0, tensor.get(at));
        }
      }
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
          double product = 0;
          for (int out = 0; out < 7; out++) {
            product += tensor.get(out, i, 1, 2) * tensor.get(out, j, 1, 2);
          }
          assertEquals(i == j ? 4 : 0, product, 1e-13);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"philox", "torch-cpu", "torch-cuda(gpu=A100)"})
  void theTapIsThePlainFill(String kind) {
    Generator first = Generator.parse(kind, SEED);
    Generator second = Generator.parse(kind, SEED);
    try (Tensor tensor = Tensor.empty(Shape.of(6, 4, 3), DType.F32);
        Tensor matrix = Tensor.empty(Shape.of(6, 4), DType.F32)) {
      tensor.fill(Init.deltaOrthogonal(), first);
      matrix.fill(Init.orthogonal(), second);
      for (long n = 0; n < 24; n++) {
        long[] at = RandomRegion.index(matrix.shape(), n);
        assertEquals(matrix.get(at), tensor.get(at[0], at[1], 1));
      }
      assertSameState(first, second);
    }
  }

  /** After a pixel shuffle each block of r by r pixels comes from one kernel: Aitken et al. */
  @ParameterizedTest
  @ValueSource(strings = {"philox", "torch-cpu", "torch-cuda(gpu=A100)"})
  void icnrRepeatsTheRowsOfTheSmallerWeight(String kind) {
    Generator first = Generator.parse(kind, SEED);
    Generator second = Generator.parse(kind, SEED);
    try (Tensor tensor = Tensor.empty(Shape.of(12, 4, 3, 3), DType.F32);
        Tensor base = Tensor.empty(Shape.of(3, 4, 3, 3), DType.F32)) {
      tensor.fill(Init.icnr(2), first);
      base.fill(Init.kaimingNormal(), second);
      for (long n = 0; n < tensor.shape().numel(); n++) {
        long[] at = RandomRegion.index(tensor.shape(), n);
        assertEquals(base.get(at[0] / 4, at[1], at[2], at[3]), tensor.get(at));
      }
      assertSameState(first, second);
    }
  }

  /** What is drawn next is the same. */
  private static void assertSameState(Generator first, Generator second) {
    try (Tensor a = Tensor.empty(Shape.of(5), DType.F32).fill(Init.uniform(), first);
        Tensor b = Tensor.empty(Shape.of(5), DType.F32).fill(Init.uniform(), second)) {
      for (long i = 0; i < 5; i++) {
        assertEquals(a.get(i), b.get(i));
      }
    }
  }

  /**
   * The reference implementation of Zhao et al. takes scipy.linalg.hadamard(8) / 2^(3/2), cut to
   * the shape; these are its signs for 5 x 3.
   */
  @Test
  void zeroIsTheCutHadamardMatrix() {
    int[][] signs = {{1, 1, 1}, {1, -1, 1}, {1, 1, -1}, {1, -1, -1}, {1, 1, 1}};
    try (Tensor matrix = filled(Shape.of(5, 3), DType.F64, Init.zero());
        Tensor conv = filled(Shape.of(5, 3, 3), DType.F64, Init.zero())) {
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 3; j++) {
          assertEquals(signs[i][j] / Math.pow(2, 1.5), matrix.get(i, j), 1e-16);
          assertEquals(matrix.get(i, j), conv.get(i, j, 1));
          assertEquals(0, conv.get(i, j, 0));
          assertEquals(0, conv.get(i, j, 2));
        }
      }
    }
  }

  @Test
  void zeroIsAPartialIdentityWhereOutputsAreFewer() {
    try (Tensor matrix = filled(Shape.of(3, 5), DType.F16, Init.zero())) {
      for (long n = 0; n < 15; n++) {
        long[] at = RandomRegion.index(matrix.shape(), n);
        assertEquals(at[0] == at[1] ? 1 : 0, matrix.get(at));
      }
    }
  }
}
