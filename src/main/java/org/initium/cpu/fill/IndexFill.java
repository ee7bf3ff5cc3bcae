// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Tensor;
import org.initium.function.IndexFunction;
import org.initium.spi.StridedLayout;

/** Values by index, an element at a time: tables are small, and made once. */
public final class IndexFill {
  /** Elements that a thread takes at a time: some 100 microseconds of sines. */
  private static final long PIECE = 1 << 10;

  private IndexFill() {}

  /** Fills with the function of each index. */
  public static void fill(Tensor tensor, IndexFunction function, Team team) {
    MemorySegment memory = tensor.storage().unguarded();
    StridedLayout layout = tensor.layout();
    DType dtype = tensor.dtype();
    long[] sizes = tensor.whole().sizes();
    team.share(
        tensor.shape().numel(),
        PIECE,
        (from, to) -> {
          long[] index = new long[sizes.length];
          layout.each(
              from,
              to,
              (place, whole) -> {
                split(whole, sizes, index);
                dtype.set(memory, place, function.at(index, sizes));
              });
        });
  }

  private static void split(long element, long[] sizes, long[] index) {
    long rest = element;
    for (int d = sizes.length - 1; d >= 0; d--) {
      index[d] = rest % sizes[d];
      rest /= sizes[d];
    }
  }
}
