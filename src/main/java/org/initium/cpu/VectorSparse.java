package org.initium.cpu;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.ULT;

import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Compares as many keys at a time as a vector has bytes. */
enum VectorSparse implements SparseEngine {
  INSTANCE;

  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** The bits of a vector of floats. */
  private static final int FULL = (1 << FLOATS.length()) - 1;

  /** Vectors whose matches a byte can count. */
  private static final int MOST = 255;

  /**
   * Rows from which on a column's cut is within {@link #NEAR} of its quantile by 4 standard
   * deviations of the binomial distribution or more.
   */
  private static final int MANY = 1024;

  private static final int NEAR = 16;

  @Override
  public void cuts(int[] keys, int count, int width, long zeros, int[] cuts, long[] left) {
    Search search = new Search(keys, count, width, zeros, cuts, left);
    if (count < MANY * width || !search.near((int) (256 * zeros * width / count))) {
      search.from(0);
      search.step(64);
      search.step(16);
    }
    search.step(4);
    search.step(1);
  }

  /** The columns' cuts: the highest for which at most so many keys are less. */
  private record Search(
      int[] keys, int count, int width, long zeros, int[] cuts, long[] left, int[][] below) {
    Search(int[] keys, int count, int width, long zeros, int[] cuts, long[] left) {
      this(keys, count, width, zeros, cuts, left, new int[3][width]);
    }

    /** All cuts are at least so high. */
    void from(int cut) {
      Arrays.fill(cuts, 0, width, cut);
      Arrays.fill(left, 0, width, zeros);
    }

    /** Brings all cuts within {@link #NEAR} if they are around a quantile; else returns false. */
    boolean near(int quantile) {
      int base = Math.clamp(quantile - NEAR, 0, 255 - 2 * NEAR);
      from(base);
      countBelow(0, NEAR);
      for (int column = 0; column < width; column++) {
        if (below[0][column] > zeros || below[2][column] <= zeros) {
          return false;
        }
        left[column] = zeros - below[0][column];
      }
      raise(1, NEAR);
      return true;
    }

    /** Adds up to three times so much to each cut. */
    void step(int bits) {
      countBelow(bits, bits);
      for (int i = 0; i < 3; i++) {
        raise(i, bits);
      }
    }

    private void raise(int i, int bits) {
      for (int column = 0; column < width; column++) {
        if (below[i][column] <= zeros) {
          cuts[column] += bits;
          left[column] = zeros - below[i][column];
        }
      }
    }

    /** Counts what is less than each cut and a number, and that and one or two steps more. */
    private void countBelow(int from, int step) {
      ByteVector[] lanes = new ByteVector[3];
      int[] tried = new int[width];
      for (int i = 0; i < 3; i++) {
        for (int column = 0; column < width; column++) {
          tried[column] = cuts[column] + from + i * step;
        }
        lanes[i] = repeated(tried, width);
      }
      VectorSparse.countBelow(keys, count, lanes, below);
    }
  }

  /** The columns' cuts in the lanes of their keys: what an int has of them, over and over. */
  private static ByteVector repeated(int[] cuts, int width) {
    int[] lanes = new int[INTS.length()];
    int own = Math.max(1, width / 4);
    for (int i = 0; i < 4 * own; i++) {
      lanes[i >> 2] |= cuts[i & width - 1] << 8 * (i & 3);
    }
    for (int i = own; i < lanes.length; i++) {
      lanes[i] = lanes[i - own];
    }
    return IntVector.fromArray(INTS, lanes, 0).reinterpretAsBytes();
  }

  /** How many of each column's keys are less than each of three cuts. */
  private static void countBelow(int[] keys, int count, ByteVector[] cuts, int[][] below) {
    int[][] lanes = new int[3][INTS.length()];
    for (int[] each : below) {
      Arrays.fill(each, 0);
    }
    int words = count + 3 >> 2;
    int most = MOST * INTS.length();
    for (int done = 0; done < words; done += most) {
      int to = Math.min(done + most, words);
      countBelow(keys, done, to, cuts[0], cuts[1], cuts[2], lanes);
      for (int i = 0; i < 3; i++) {
        addLanes(lanes[i], below[i]);
      }
    }
  }

  /** Adds the counts of each column's lanes, which are bytes: two at a time, 16 bits apart. */
  private static void addLanes(int[] lanes, int[] below) {
    int width = below.length;
    if (width < 4) {
      for (int i = 0; i < 4 * lanes.length; i++) {
        below[i & width - 1] += lanes[i >> 2] >>> 8 * (i & 3) & 0xff;
      }
      return;
    }
    for (int column = 0; column < width; column += 4) {
      int even = 0;
      int odd = 0;
      for (int i = column / 4; i < lanes.length; i += width / 4) {
        even += lanes[i] & 0xff00ff;
        odd += lanes[i] >>> 8 & 0xff00ff;
      }
      below[column] += even & 0xffff;
      below[column + 1] += odd & 0xffff;
      below[column + 2] += even >>> 16;
      below[column + 3] += odd >>> 16;
    }
  }

  private static void countBelow(
      int[] keys, int from, int to, ByteVector a, ByteVector b, ByteVector c, int[][] lanes) {
    ByteVector belowA = ByteVector.zero(BYTES);
    ByteVector belowB = ByteVector.zero(BYTES);
    ByteVector belowC = ByteVector.zero(BYTES);
    for (int i = from; i < to; i += INTS.length()) {
      ByteVector key = IntVector.fromArray(INTS, keys, i).reinterpretAsBytes();
      belowA = belowA.add((byte) 1, key.compare(ULT, a));
      belowB = belowB.add((byte) 1, key.compare(ULT, b));
      belowC = belowC.add((byte) 1, key.compare(ULT, c));
    }
    belowA.reinterpretAsInts().intoArray(lanes[0], 0);
    belowB.reinterpretAsInts().intoArray(lanes[1], 0);
    belowC.reinterpretAsInts().intoArray(lanes[2], 0);
  }

  @Override
  public void compare(int[] keys, int count, int width, int[] cuts, long[] zero, long[] tied) {
    int longs = count + Long.SIZE - 1 >> 6;
    if (BYTES.length() < Long.SIZE) {
      Arrays.fill(zero, 0, longs, 0);
      Arrays.fill(tied, 0, longs, 0);
    }
    compare(keys, Long.SIZE * longs, repeated(cuts, width), zero, tied);
  }

  private static void compare(int[] keys, int count, ByteVector cuts, long[] zero, long[] tied) {
    for (int i = 0; i < count; i += BYTES.length()) {
      ByteVector key = IntVector.fromArray(INTS, keys, i >> 2).reinterpretAsBytes();
      long less = key.compare(ULT, cuts).toLong();
      long equal = key.compare(EQ, cuts).toLong();
      if (BYTES.length() == Long.SIZE) {
        zero[i >> 6] = less;
        tied[i >> 6] = equal;
      } else {
        zero[i >> 6] |= less << i;
        tied[i >> 6] |= equal << i;
      }
    }
  }

  @Override
  public void spread(float[] values, int at, long[] bits, int word, int count, float[] out) {
    for (int i = 0; i < count; i += 16) {
      at = spread(values, at, ~ScalarSparse.sixteen(bits, word, i >> 4) & 0xffff, out, i);
    }
  }

  @Override
  public void spreadRow(
      Strip strip, int tiles, long[] bits, int word, int step, int row, float[] out) {
    float[] values = strip.floats;
    int[] at = strip.at;
    for (int tile = 0; tile < tiles; tile++) {
      int kept = ~ScalarSparse.sixteen(bits, word + tile * step, row) & 0xffff;
      at[tile] = spread(values, at[tile], kept, out, 16 * tile);
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
    float[] values = strip.floats;
    int[] at = strip.at;
    for (int tile = 0; tile < tiles; tile++) {
      int from = at[tile];
      for (int i = 0; i < rows; i++) {
        int kept = ~ScalarSparse.sixteen(bits, word + tile * step, row + i) & 0xffff;
        from = store(values, from, kept, address + i * rowBytes);
      }
      at[tile] = from;
      address += 16 * Float.BYTES;
    }
  }

  private static int store(float[] values, int at, int kept, long address) {
    for (int c = 0; c < 16; c += FLOATS.length()) {
      VectorMask<Float> mask = VectorMask.fromLong(FLOATS, kept >>> c);
      FloatVector.fromArray(FLOATS, values, at)
          .expand(mask)
          .intoMemorySegment(Store.MEMORY, address + Float.BYTES * c, ByteOrder.nativeOrder());
      at += Integer.bitCount(kept >>> c & FULL);
    }
    return at;
  }

  private static int spread(float[] values, int at, int kept, float[] out, int to) {
    for (int c = 0; c < 16; c += FLOATS.length()) {
      VectorMask<Float> mask = VectorMask.fromLong(FLOATS, kept >>> c);
      FloatVector.fromArray(FLOATS, values, at).expand(mask).intoArray(out, to + c);
      at += Integer.bitCount(kept >>> c & FULL);
    }
    return at;
  }
}
