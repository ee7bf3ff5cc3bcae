// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.initium.initializer.Init;
import org.initium.law.ColumnKeys;
import org.initium.law.Philox;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;

/** Fills from one generator, one after the other, use no word twice. */
class WordsProperties {
  private record Step(Fill fill, DType dtype, Shape shape) {
    @Override
    public String toString() {
      return fill + " " + dtype + " " + shape;
    }
  }

  @Property(tries = 60, seed = "20261125")
  void consecutiveFillsShareNoWord(@ForAll("runs") List<Step> steps, @ForAll("starts") long start) {
    PhiloxGenerator generator = Generator.philox(7, start);
    BitSet taken = new BitSet();
    for (Step step : steps) {
      long first = generator.take(step.fill.words(step.shape, step.dtype));
      assertEquals(0, first & 3, "a generator stays at a multiple of 4");
      for (long word : words(step, first).toArray()) {
        int at = Math.toIntExact(word - start);
        assertFalse(taken.get(at), () -> "word " + word + " again, of " + step + " in " + steps);
        taken.set(at);
      }
      assertTrue(taken.length() <= generator.offset() - start, () -> step + " uses words beyond");
    }
  }

  /** The words that a fill's elements depend on, as the laws read them. */
  private static LongStream words(Step step, long start) {
    if (!(step.fill instanceof Fill.Sparse sparse)) {
      return values(step.dtype, start, step.shape.numel());
    }
    ColumnKeys law = ColumnKeys.of(sparse, step.shape, 7, start);
    long elements = law.tiles() * law.perTile();
    return LongStream.concat(
        LongStream.concat(
            LongStream.range(law.start(), law.keyWord(elements)),
            LongStream.range(law.tieStart(), law.tieStart() + elements)),
        values(step.dtype, law.normalStart(), elements));
  }

  private static LongStream values(DType dtype, long start, long elements) {
    return dtype == DType.F64
        ? LongStream.range(0, elements).flatMap(i -> pairOfDouble(start, i))
        : LongStream.range(start, start + elements);
  }

  private static LongStream pairOfDouble(long start, long i) {
    long first = 4 * Philox.blockOfDouble(start, i) + 2 * (start + i & 1);
    return LongStream.of(first, first + 1);
  }

  /** Sizes around a block, and around the 65536 blocks of cuRAND's threads. */
  @Provide
  Arbitrary<List<Step>> runs() {
    Arbitrary<Long> numel =
        Arbitraries.oneOf(
            Arbitraries.longs().between(1, 40),
            Arbitraries.longs().between((1 << 18) - 9, (1 << 18) + 9),
            Arbitraries.longs().between(1, 600_000));
    Arbitrary<Fill> fill =
        Arbitraries.of(
            new Fill.Uniform(0, 1),
            new Fill.TruncatedNormal(0, 1, -2, 2),
            new Fill.Sparse(0.5, 1),
            new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR));
    return Combinators.combine(fill, Arbitraries.of(DType.F64, DType.F64, DType.F32), numel)
        .as((f, dtype, n) -> new Step(f, dtype, Shape.of(1, n)))
        .list()
        .ofMinSize(2)
        .ofMaxSize(4);
  }

  @Provide
  Arbitrary<Long> starts() {
    return Arbitraries.of(0L, 4L, 262_140L, 262_144L, 1_000_000L, 1L << 50);
  }

  /**
   * The same through the fills themselves: the odds that 3e5 of 53 bits have two alike are 5e-6.
   */
  @Example
  void valuesInF64DoNotComeAgain() {
    int numel = 100_000;
    PhiloxGenerator generator = Generator.philox(3);
    double[] values = new double[3 * numel];
    for (int run = 0; run < 3; run++) {
      try (Tensor tensor = Tensor.empty(Shape.of(numel), DType.F64)) {
        tensor.fill(Init.uniform(), generator);
        for (int i = 0; i < numel; i++) {
          values[run * numel + i] = tensor.get(i);
        }
      }
    }
    assertEquals(values.length, Arrays.stream(values).distinct().count());
  }
}
