package org.initium.cpu;

import java.util.Arrays;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.law.ColumnMask;

/**
 * Fills with normals and puts zeros over them, a strip of columns at a time: the zeros that each
 * column still needs go down with the rows, and the rows above a shard are replayed for them.
 */
final class SparseFill {
  /** Strips narrower than this are not worth a thread. */
  private static final int STRIP = 512;

  private final Tensor tensor;
  private final Values normals;
  private final WordSource words;
  private final long seed;
  private final long maskStart;
  private final int maskWords;
  private final long rows;
  private final long columns;
  private final long zeros;

  SparseFill(
      Tensor tensor, Fill.Sparse fill, Values normals, WordSource words, long seed, long start) {
    Shape whole = tensor.whole();
    this.tensor = tensor;
    this.normals = normals;
    this.words = words;
    this.seed = seed;
    this.maskStart = ColumnMask.start(fill, whole, tensor.dtype(), start);
    this.maskWords = fill.maskWords(whole);
    this.rows = whole.size(0);
    this.columns = whole.size(1);
    this.zeros = fill.zerosPerColumn(whole);
  }

  void fill(Team team) {
    team.share(tensor.shape().size(1), STRIP, this::strip);
  }

  /** Columns {@code from} to {@code to - 1} of the region, in pieces that fit a block. */
  private void strip(long from, long to, Block block) {
    for (long at = from; at < to; at += Block.SIZE) {
      columns(at, (int) Math.min(Block.SIZE, to - at), block);
    }
  }

  private void columns(long from, int count, Block block) {
    long[] zerosLeft = new long[count];
    Arrays.fill(zerosLeft, zeros);
    long first = tensor.origin()[0];
    long end = first + tensor.shape().size(0);
    long column = tensor.origin()[1] + from;
    Store store = Store.of(tensor.dtype());
    boolean f64 = tensor.dtype() == DType.F64;
    for (long row = 0; row < end; row++) {
      long element = row * columns + column;
      mask(element, count, rows - row, zerosLeft, block);
      if (row < first) {
        continue;
      }
      int begin = normals.compute(element, count, block);
      for (int j = 0; j < count; j++) {
        if (block.zero[j]) {
          if (f64) {
            block.doubles[begin + j] = 0;
          } else {
            block.floats[begin + j] = 0;
          }
        }
      }
      long place =
          tensor.memoryOffset() + (row - first) * tensor.stride(0) + from * tensor.stride(1);
      long address = tensor.storage().address() + place * tensor.dtype().bytes();
      store.write(block, begin, count, address, tensor.stride(1));
    }
  }

  /** Draws which of a row's elements are zero. */
  private void mask(long element, int count, long rowsLeft, long[] zerosLeft, Block block) {
    int[] w = block.words;
    int at = words.words(seed, maskStart + maskWords * element, maskWords * count, block);
    for (int j = 0; j < count; j++) {
      boolean zero =
          maskWords == 1
              ? ColumnMask.isZero(w[at + j], (int) rowsLeft, (int) zerosLeft[j])
              : ColumnMask.isZero(w[at + 2 * j], w[at + 2 * j + 1], rowsLeft, zerosLeft[j]);
      block.zero[j] = zero;
      zerosLeft[j] -= zero ? 1 : 0;
    }
  }
}
