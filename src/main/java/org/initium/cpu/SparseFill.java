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
  private final Engine engine;
  private final long seed;
  private final long maskStart;
  private final int maskWords;
  private final long rows;
  private final long columns;
  private final int zeros;

  SparseFill(
      Tensor tensor, Fill.Sparse fill, Values normals, Engine engine, long seed, long start) {
    Shape whole = tensor.whole();
    this.tensor = tensor;
    this.normals = normals;
    this.engine = engine;
    this.seed = seed;
    this.maskStart = ColumnMask.start(fill, whole, tensor.dtype(), start);
    this.maskWords = fill.maskWords(whole);
    this.rows = whole.size(0);
    this.columns = whole.size(1);
    this.zeros = Math.toIntExact(fill.zerosPerColumn(whole));
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
    int[] zerosLeft = new int[count + Block.SLACK];
    Arrays.fill(zerosLeft, zeros);
    long first = tensor.origin()[0];
    long end = first + tensor.shape().size(0);
    long column = tensor.origin()[1] + from;
    Store store = Store.of(tensor.dtype());
    for (long row = 0; row < end; row++) {
      long element = row * columns + column;
      // the rows above a shard are drawn for what they leave to the shard
      int begin = row < first ? 0 : normals.compute(element, count, block);
      mask(element, begin, count, rows - row, zerosLeft, block);
      if (row >= first) {
        long place =
            tensor.memoryOffset() + (row - first) * tensor.stride(0) + from * tensor.stride(1);
        long address = tensor.storage().address() + place * tensor.dtype().bytes();
        store.write(block, begin, count, address, tensor.stride(1));
      }
    }
  }

  /** Puts a row's zeros over its values. */
  private void mask(
      long element, int begin, int count, long rowsLeft, int[] zerosLeft, Block block) {
    int[] w = block.words;
    int at = engine.words(seed, maskStart + maskWords * element, maskWords * count, block);
    if (maskWords == 1 && tensor.dtype() != DType.F64) {
      engine.sparsify(block, at, begin, count, (int) rowsLeft, zerosLeft);
      return;
    }
    for (int j = 0; j < count; j++) {
      boolean zero =
          maskWords == 1
              ? ColumnMask.isZero(w[at + j], (int) rowsLeft, zerosLeft[j])
              : ColumnMask.isZero(w[at + 2 * j], w[at + 2 * j + 1], rowsLeft, zerosLeft[j]);
      if (zero) {
        block.doubles[begin + j] = 0;
        block.floats[begin + j] = 0;
        zerosLeft[j]--;
      }
    }
  }
}
