package org.initium.cpu;

import org.initium.DType;
import org.initium.Tensor;
import org.initium.law.ColumnKeys;

/** Writes groups of tiles side by side: zeros where they are marked, and normals elsewhere. */
final class StripWriter {
  /** Rows of each tile that are stored in turn. Of 4, 8, 16 and 32, 8 were the fastest. */
  private static final int ROWS = 8;

  private final Tensor tensor;
  private final ColumnKeys law;
  private final Values normals;
  private final Engine engine;
  private final Store store;
  private final DType dtype;

  StripWriter(Tensor tensor, ColumnKeys law, Values normals, Engine engine) {
    this.tensor = tensor;
    this.law = law;
    this.normals = normals;
    this.engine = engine;
    this.dtype = tensor.dtype();
    this.store = Store.of(dtype);
  }

  /**
   * Writes what the region has of a group of some tiles.
   *
   * @param zero a bit for each element; those of the first tile's group from {@code zero[word]} on
   * @param step from tile to tile in {@code zero}
   */
  void write(
      Strip strip, long tile, int tiles, long group, long[] zero, int word, int step, Block block) {
    int width = law.width();
    long base = group * ColumnKeys.GROUP;
    int count = (int) Math.min(ColumnKeys.GROUP, law.rows() * width - base);
    long firstRow = tensor.origin()[0] - base / width;
    int fromRow = (int) Math.max(0, firstRow);
    int toRow = (int) Math.min(count / width, firstRow + tensor.shape().size(0));
    for (int i = 0; i < tiles; i++) {
      long first = (tile + i) * law.perTile() + base;
      values(strip, i, first, zero, word + i * step, count, fromRow * width, block);
    }
    long firstColumn = tensor.origin()[1] - tile * width;
    int from = (int) Math.max(0, firstColumn);
    int to = (int) Math.min(tiles * width, firstColumn + tensor.shape().size(1));
    long address = address(fromRow - firstRow, from - firstColumn);
    if (width < Strip.WIDTH) {
      spread(strip, zero, word, count, block);
      writeRows(block, fromRow * width + from, toRow - fromRow, to - from, address);
      return;
    }
    boolean straight = dtype == DType.F32 && tensor.stride(1) == 1 && to - from == tiles * width;
    long rowBytes = tensor.stride(0) * dtype.bytes();
    int most = straight ? ROWS : 1;
    for (int row = fromRow; row < toRow; row += most) {
      if (straight) {
        int rows = Math.min(ROWS, toRow - row);
        engine.sparse().storeRows(strip, tiles, zero, word, step, row, rows, address, rowBytes);
      } else {
        spreadRow(strip, tiles, zero, word, step, row, block);
        store.write(block, from, to - from, address, tensor.stride(1));
      }
      address += most * rowBytes;
    }
  }

  private long address(long row, long column) {
    long place = tensor.memoryOffset() + row * tensor.stride(0) + column * tensor.stride(1);
    return tensor.storage().address() + place * dtype.bytes();
  }

  /** Computes the values of a tile's group, and skips those of the rows above the region. */
  private void values(
      Strip strip, int i, long first, long[] zero, int word, int count, int skipped, Block block) {
    int kept = kept(zero, word, count);
    int begin = kept == 0 ? 0 : normals.compute(first, kept, block);
    int room = i * Strip.ROOM;
    if (dtype == DType.F64) {
      System.arraycopy(block.doubles, begin, strip.doubles(), room, kept);
    } else {
      System.arraycopy(block.floats, begin, strip.floats, room, kept);
    }
    strip.at[i] = room + kept(zero, word, skipped);
  }

  /** How many of some elements are not zero. */
  private static int kept(long[] zero, int word, int count) {
    int kept = 0;
    for (int i = 0; i < count; i += Long.SIZE) {
      long bits = ~zero[word + (i >> 6)];
      kept += Long.bitCount(count - i >= Long.SIZE ? bits : bits & (1L << count) - 1);
    }
    return kept;
  }

  /** A row of the tiles into the block, from its start on. */
  private void spreadRow(
      Strip strip, int tiles, long[] zero, int word, int step, int row, Block block) {
    if (dtype == DType.F64) {
      for (int i = 0; i < tiles; i++) {
        int bits = ScalarSparse.sixteen(zero, word + i * step, row);
        strip.at[i] = spread(strip.doubles(), strip.at[i], bits, block.doubles, 16 * i);
      }
    } else {
      engine.sparse().spreadRow(strip, tiles, zero, word, step, row, block.floats);
    }
  }

  /** All of the first tile's group into the block, from its start on. */
  private void spread(Strip strip, long[] zero, int word, int count, Block block) {
    if (dtype == DType.F64) {
      int at = 0;
      for (int i = 0; i < count; i += 16) {
        int bits = ScalarSparse.sixteen(zero, word, i >> 4);
        at = spread(strip.doubles(), at, bits, block.doubles, i);
      }
    } else {
      engine.sparse().spread(strip.floats, 0, zero, word, count, block.floats);
    }
  }

  private static int spread(double[] values, int at, int zeros, double[] out, int to) {
    for (int j = 0; j < 16; j++) {
      boolean kept = (zeros >>> j & 1) == 0;
      out[to + j] = kept ? values[at] : 0;
      at += kept ? 1 : 0;
    }
    return at;
  }

  /** Rows of a tile's group that are all in the block, one behind the other. */
  private void writeRows(Block block, int begin, int rows, int count, long address) {
    int width = law.width();
    long stride = count == 1 ? tensor.stride(0) : tensor.stride(1);
    if (count == width && tensor.stride(0) == width * stride) {
      store.write(block, begin, rows * width, address, stride);
      return;
    }
    for (int row = 0; row < rows; row++) {
      store.write(block, begin + row * width, count, address, stride);
      address += tensor.stride(0) * dtype.bytes();
    }
  }
}
