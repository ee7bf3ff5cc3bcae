// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.MemorySegment;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.random.TorchCpuGenerator;
import org.initium.torch.kernel.DrawnTensor;

/**
 * torch.nn.init.sparse_: normals, and then zeros in the rows that the start of a torch.randperm
 * names, a permutation for each column.
 */
final class TorchSparse {
  /** From this many rows on, torch.randperm takes two words for a row, and another method. */
  private static final long WIDE = 0xffffffffL / 20;

  private final TorchCpuGenerator generator;
  private final int[] order;
  private final int[] words;

  private TorchSparse(TorchCpuGenerator generator, int rows) {
    this.generator = generator;
    this.order = new int[rows];
    this.words = rows < WIDE ? new int[rows] : new int[0];
  }

  static void fill(
      Fill.Sparse law, TorchDraws draws, Shape shape, DrawnTensor whole, MemorySink sink) {
    long rows = shape.size(0);
    long columns = shape.size(1);
    if (rows > Integer.MAX_VALUE - 8) { // before the generator moves
      throw new IllegalArgumentException(
          "sparse with torch's numbers permutes " + rows + " rows; at most 2^31 - 9 can be");
    }
    draws.normal(whole, 0, law.std(), sink);
    int zeros = (int) law.zerosPerColumn(shape);
    TorchSparse mask = new TorchSparse(draws.host(), (int) rows);
    for (long column = 0; column < columns; column++) {
      mask.permute(zeros);
      for (int k = 0; k < zeros; k++) {
        sink.zero(mask.order[k] * columns + column);
      }
    }
  }

  /** Draws a permutation, of which the first {@code kept} entries are made. */
  private void permute(int kept) {
    if (order.length < WIDE) {
      shuffle(kept);
    } else {
      insert();
    }
  }

  /** Fisher and Yates: each place in turn is swapped with one not before it. */
  private void shuffle(int kept) {
    int n = order.length;
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    generator.engine().nextInts(MemorySegment.ofArray(words), n - 1);
    int swaps = Math.min(kept, n - 1);
    places(swaps);
    for (int i = 0; i < swaps; i++) {
      int other = words[i];
      int taken = order[i];
      order[i] = order[other];
      order[other] = taken;
    }
  }

  /**
   * Makes of each word the place to swap with: i + word mod (n - i). The quotient of two integers
   * below 2^32 is far enough from the next integer for binary64 to have its floor.
   */
  private void places(int count) {
    int n = order.length;
    for (int i = 0; i < count; i++) {
      int divisor = n - i; // 2 or more
      double word = (words[i] ^ Integer.MIN_VALUE) + 0x1p31;
      words[i] += i - (int) (word / divisor) * divisor;
    }
  }

  /** Inside out: each element in turn is put in a place not behind it, whose own moves there. */
  private void insert() {
    for (int i = 0; i < order.length; i++) {
      int other = (int) Long.remainderUnsigned(generator.engine().nextLong(), i + 1L);
      order[i] = order[other];
      order[other] = i;
    }
  }
}
