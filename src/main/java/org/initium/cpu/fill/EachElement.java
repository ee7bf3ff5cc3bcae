// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.function.IndexFunction;
import org.initium.law.Philox;
import org.initium.law.UnitInterval;
import org.initium.spi.StridedLayout;

/**
 * Fills in Java, an element at a time: tables and whole numbers, which are small and made once, and
 * all others where there is no native library.
 */
public final class EachElement {
  /** Elements that a thread takes at a time: some 100 microseconds of sines. */
  private static final long PIECE = 1 << 10;

  private EachElement() {}

  /**
   * Each element by its row-major index in the whole.
   *
   * @param functions makes the function that one thread calls, in the order of the elements
   */
  public static void fill(Tensor tensor, Team team, Supplier<LongToDoubleFunction> functions) {
    MemorySegment memory = tensor.storage().unguarded();
    StridedLayout layout = tensor.layout();
    DType dtype = tensor.dtype();
    team.share(
        tensor.shape().numel(),
        PIECE,
        (from, to) -> {
          LongToDoubleFunction values = functions.get();
          layout.each(
              from, to, (place, whole) -> dtype.set(memory, place, values.applyAsDouble(whole)));
        });
  }

  /** Each element by its indices. */
  public static void byIndex(Tensor tensor, IndexFunction function, Team team) {
    long[] sizes = tensor.whole().sizes();
    fill(
        tensor,
        team,
        () -> {
          long[] index = new long[sizes.length];
          return whole -> {
            for (int d = sizes.length - 1; d >= 0; d--) {
              index[d] = whole % sizes[d];
              whole /= sizes[d];
            }
            return function.at(index, sizes);
          };
        });
  }

  /**
   * Uniform whole numbers from a to b - 1. An element is {@code a + floor(m (b - a) / 2^53)} of the
   * 53 bits m that an element of f64 has; so no number is likelier than another by more than (b -
   * a) / 2^53.
   */
  public static void wholeNumbers(
      Tensor tensor, Fill.Uniform law, long seed, long start, Team team) {
    long range = (long) (law.b() - law.a());
    fill(
        tensor,
        team,
        () -> {
          int[] words = new int[4];
          return whole -> {
            Philox.block(seed, Philox.blockOfDouble(start, whole), words);
            int first = (start + whole & 1) == 0 ? 0 : 2;
            long bits = UnitInterval.bits53(words[first], words[first + 1]);
            return law.a() + Math.unsignedMultiplyHigh(bits << 11, range);
          };
        });
  }
}
