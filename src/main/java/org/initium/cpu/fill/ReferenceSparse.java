// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.util.Arrays;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.kernel.SparseKeys;
import org.initium.law.ColumnKeys;
import org.initium.law.ElementLaw;
import org.initium.law.Philox;

/** Sparse fills in plain Java, a tile at a time: the zeros and the values of {@link ColumnKeys}. */
public final class ReferenceSparse {
  private static final int BINS = 256;

  private final SparseKeys sparse;
  private final ColumnKeys law;
  private final int width;

  /** Of a fill that has elements which are not zero. */
  public ReferenceSparse(SparseKeys sparse) {
    this.sparse = sparse;
    this.law = sparse.keys();
    this.width = law.width();
  }

  /** Something to do with the key of an index in a tile. */
  @FunctionalInterface
  private interface Visitor {
    void visit(long index, int key);
  }

  /** The keys of a tile, in order. */
  private void each(long tile, Visitor visitor) {
    int[] words = new int[4];
    for (long i = 0; i < law.rows() * width; i++) {
      if (i % 16 == 0) {
        Philox.block(law.seed(), law.keyWord(tile * law.perTile() + i) / 4, words);
      }
      visitor.visit(i, words[(int) (i % 16) / 4] >>> 8 * (int) (i % 4) & 0xff);
    }
  }

  /** Fills what the tensor has of a tile. */
  public void fill(long tile) {
    long[] counts = new long[width * BINS];
    each(tile, (i, key) -> counts[column(i) * BINS + key]++);
    int[] cuts = new int[width];
    long[] last = new long[width]; // the greatest order of the zeros among the ties
    LongStream.Builder[] ties = new LongStream.Builder[width];
    for (int column = 0; column < width; column++) {
      ties[column] = LongStream.builder();
      last[column] = law.zeros();
      while (counts[column * BINS + cuts[column]] <= last[column]) {
        last[column] -= counts[column * BINS + cuts[column]++];
      }
    }
    each(
        tile,
        (i, key) -> {
          if (key == cuts[column(i)]) {
            ties[column(i)].add(tie(tile, i));
          }
        });
    for (int column = 0; column < width; column++) {
      long[] orders = ties[column].build().toArray();
      Arrays.sort(orders);
      last[column] = last[column] == 0 ? -1 : orders[(int) last[column] - 1];
    }
    write(tile, cuts, last);
  }

  private int column(long index) {
    return (int) (index % width);
  }

  private long tie(long tile, long index) {
    return law.tie(Philox.word(law.seed(), law.tieWord(tile) + index), index);
  }

  private void write(long tile, int[] cuts, long[] last) {
    DType dtype = sparse.tensor().dtype();
    ElementLaw normal = ElementLaw.of(new Fill.Normal(0, sparse.fill().std()), dtype);
    LongToDoubleFunction normals =
        ReferenceFills.drawn(normal, dtype, law.seed(), law.normalStart());
    long[] next = new long[1]; // the next normal of the group
    each(
        tile,
        (i, key) -> {
          next[0] = i % ColumnKeys.GROUP == 0 ? tile * law.perTile() + i : next[0];
          int column = column(i);
          boolean zero =
              tile * width + column >= law.columns()
                  || key < cuts[column]
                  || key == cuts[column] && tie(tile, i) <= last[column];
          double value = zero ? 0 : normals.applyAsDouble(next[0]++);
          set(i / width, tile * width + column, value);
        });
  }

  private void set(long row, long column, double value) {
    Tensor tensor = sparse.tensor();
    long i = row - tensor.origin()[0];
    long j = column - tensor.origin()[1];
    if (i >= 0 && i < tensor.shape().size(0) && j >= 0 && j < tensor.shape().size(1)) {
      long place = tensor.memoryOffset() + i * tensor.stride(0) + j * tensor.stride(1);
      tensor.dtype().set(tensor.storage().unguarded(), place, value);
    }
  }
}
