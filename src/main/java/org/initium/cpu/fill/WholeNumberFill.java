// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.law.Philox;
import org.initium.law.UnitInterval;

/**
 * Uniform whole numbers, an element at a time: buffers are small, and made once. An element is
 * {@code a + floor(m (b - a) / 2^53)} of the 53 bits m that an element of f64 has; so no number is
 * likelier than another by more than (b - a) / 2^53.
 */
public final class WholeNumberFill {
  private static final long PIECE = 1 << 12;

  private WholeNumberFill() {}

  /** Fills with the numbers from a to b - 1. */
  public static void fill(Tensor tensor, Fill.Uniform law, long seed, long start, Team team) {
    MemorySegment memory = tensor.storage().unguarded();
    DType dtype = tensor.dtype();
    long range = (long) (law.b() - law.a());
    team.share(
        tensor.shape().numel(),
        PIECE,
        (from, to) -> {
          int[] words = new int[4];
          tensor
              .layout()
              .each(
                  from,
                  to,
                  (place, whole) -> {
                    Philox.block(seed, Philox.blockOfDouble(start, whole), words, 0);
                    int first = (start + whole & 1) == 0 ? 0 : 2;
                    long bits = UnitInterval.bits53(words[first], words[first + 1]);
                    dtype.set(
                        memory, place, law.a() + Math.unsignedMultiplyHigh(bits << 11, range));
                  });
        });
  }
}
