package org.initium.torch;

import org.initium.Fill;
import org.initium.Shape;
import org.initium.TorchCpuGenerator;

/**
 * torch.nn.init.sparse_: normals, and then zeros in the rows that the start of a torch.randperm
 * names, a permutation for each column.
 */
final class Sparse {
  /** From this many rows on, torch.randperm takes two words for a row, and another method. */
  private static final long WIDE = 0xffffffffL / 20;

  private final TorchCpuGenerator generator;
  private final int[] order;

  private Sparse(TorchCpuGenerator generator, int rows) {
    this.generator = generator;
    this.order = new int[rows];
  }

  static void fill(Fill.Sparse law, Draws draws, Shape shape, Whole whole, MemorySink sink) {
    long rows = shape.size(0);
    long columns = shape.size(1);
    if (rows > Integer.MAX_VALUE - 8) { // before the generator moves
      throw new IllegalArgumentException(
          "sparse with torch's numbers permutes " + rows + " rows; at most 2^31 - 9 can be");
    }
    draws.normal(whole, 0, law.std(), sink);
    int zeros = (int) law.zerosPerColumn(shape);
    Sparse mask = new Sparse(draws.host(), (int) rows);
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
    for (int i = 0; i < n - 1; i++) {
      int other = i + Integer.remainderUnsigned(generator.nextInt(), n - i);
      if (i < kept) {
        int taken = order[i];
        order[i] = order[other];
        order[other] = taken;
      }
    }
  }

  /** Inside out: each element in turn is put in a place not behind it, whose own moves there. */
  private void insert() {
    for (int i = 0; i < order.length; i++) {
      int other = (int) Long.remainderUnsigned(generator.nextLong(), i + 1L);
      order[i] = order[other];
      order[other] = i;
    }
  }
}
