package org.initium.cpu;

import java.lang.foreign.ValueLayout;
import org.initium.law.ColumnKeys;

/** Counts keys in a table, and compares eight at a time in a long. */
enum ScalarSparse implements SparseEngine {
  INSTANCE;

  /** Values of a key. */
  static final int BINS = 256;

  private static final long LOW = 0xFFFFFFFFL;
  private static final long HIGH_BITS = 0x8080808080808080L;

  @Override
  public void cuts(int[] keys, int count, int width, long zeros, int[] cuts, long[] left) {
    int[] counts = new int[width * BINS];
    count(keys, count, width, counts);
    for (int column = 0; column < width; column++) {
      cuts[column] = ColumnKeys.cut(counts, column * BINS, BINS, zeros);
      left[column] = zeros - ColumnKeys.below(counts, column * BINS, cuts[column]);
    }
  }

  /** Adds to how often each column has each key. */
  static void count(int[] keys, int count, int width, int[] counts) {
    int last = width - 1;
    for (int i = 0; i < count; i++) {
      counts[(i & last) * BINS + (keys[i >> 2] >>> 8 * (i & 3) & 0xff)]++;
    }
  }

  @Override
  public void compare(int[] keys, int count, int width, int[] cuts, long[] zero, long[] tied) {
    long lower = eight(cuts, 0, width);
    long upper = eight(cuts, 8, width);
    for (int i = 0; i < count; i += Long.SIZE) {
      long less = 0;
      long equal = 0;
      for (int j = 0; j < Long.SIZE; j += 8) {
        long eight = keys[i + j >> 2] & LOW | (long) keys[(i + j >> 2) + 1] << 32;
        long cut = (j & 8) == 0 ? lower : upper;
        less |= gathered(less(eight, cut)) << j;
        equal |= gathered(equal(eight, cut)) << j;
      }
      zero[i >> 6] = less;
      tied[i >> 6] = equal;
    }
  }

  /** The cuts of eight neighbours, as bytes. */
  private static long eight(int[] cuts, int first, int width) {
    long eight = 0;
    for (int j = 0; j < 8; j++) {
      eight |= (long) cuts[first + j & width - 1] << 8 * j;
    }
    return eight;
  }

  /**
   * Byte by byte, unsigned: its top bit is set where a is less (Warren, Hacker's Delight, 2-18).
   */
  private static long less(long a, long b) {
    long difference = (a | HIGH_BITS) - (b & ~HIGH_BITS);
    return (~a & b | ~(a ^ b) & ~difference) & HIGH_BITS;
  }

  /** Byte by byte: its top bit is set where they are equal. */
  private static long equal(long a, long b) {
    long x = a ^ b;
    return ~((x & ~HIGH_BITS) + ~HIGH_BITS | x | ~HIGH_BITS);
  }

  /** The top bits of eight bytes side by side: the product puts byte j's at bit 56 + j. */
  private static long gathered(long tops) {
    return (tops >>> 7) * 0x0102040810204080L >>> 56;
  }

  @Override
  public void spread(float[] values, int at, long[] bits, int word, int count, float[] out) {
    for (int i = 0; i < count; i += 16) {
      at = spread(values, at, sixteen(bits, word, i >> 4), out, i);
    }
  }

  @Override
  public void spreadRow(
      Strip strip, int tiles, long[] bits, int word, int step, int row, float[] out) {
    for (int tile = 0; tile < tiles; tile++) {
      int zeros = sixteen(bits, word + tile * step, row);
      strip.at[tile] = spread(strip.floats, strip.at[tile], zeros, out, 16 * tile);
    }
  }

  @Override
  public void storeRows(
      Strip strip,
      int tiles,
      long[] bits,
      int word,
      int step,
      int row,
      int rows,
      long address,
      long rowBytes) {
    for (int tile = 0; tile < tiles; tile++) {
      for (int i = 0; i < rows; i++) {
        int zeros = sixteen(bits, word + tile * step, row + i);
        strip.at[tile] = store(strip.floats, strip.at[tile], zeros, address + i * rowBytes);
      }
      address += 16 * Float.BYTES;
    }
  }

  /** The bits of one row of a tile of 16 columns, or of 16 neighbours in any. */
  static int sixteen(long[] bits, int word, int i) {
    return (int) (bits[word + (i >> 2)] >>> 16 * (i & 3)) & 0xffff;
  }

  private static int spread(float[] values, int at, int zeros, float[] out, int to) {
    for (int j = 0; j < 16; j++) {
      boolean kept = (zeros >>> j & 1) == 0;
      out[to + j] = kept ? values[at] : 0;
      at += kept ? 1 : 0;
    }
    return at;
  }

  private static int store(float[] values, int at, int zeros, long address) {
    for (int j = 0; j < 16; j++) {
      boolean kept = (zeros >>> j & 1) == 0;
      Store.MEMORY.set(
          ValueLayout.JAVA_FLOAT_UNALIGNED, address + Float.BYTES * j, kept ? values[at] : 0);
      at += kept ? 1 : 0;
    }
    return at;
  }
}
