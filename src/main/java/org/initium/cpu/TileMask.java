package org.initium.cpu;

import java.util.Arrays;
import org.initium.law.ColumnKeys;

/** The keys of some rows of a tile, and which of them are of zeros. One thread's scratch. */
final class TileMask {
  /** Keys at a time: they fit in the L2 cache. */
  static final int MOST = 1 << 18;

  private static final int SLACK = 64;
  private static final int BLOCK_WORDS = 2 * Block.SIZE;

  private final int[] keys = new int[MOST / 4 + SLACK];
  private final long[] tied = new long[MOST / 64 + 1];

  /** Which words of {@link #tied} are not 0. */
  private final int[] words = new int[MOST / 64 + 1];

  /** A bit for each key: set where the element is zero, or is none of the matrix. */
  final long[] zero = new long[MOST / 64 + 1];

  /** Elements in question, by their index from the first key on; as many as {@link #ties}. */
  private int[] places = new int[1024];

  /** What {@link ColumnKeys#tie} gives of them. */
  private long[] orders = new long[1024];

  /** Their words. */
  private int[] drawn = new int[1024];

  private int ties;
  private ColumnKeys law;
  private Engine engine;
  private Block block;
  private long tile;
  private long first;
  private int count;

  /** Draws the keys from index {@code first} of a tile on, a multiple of the group. */
  void load(ColumnKeys law, Engine engine, long tile, long first, int count, Block block) {
    this.law = law;
    this.engine = engine;
    this.block = block;
    this.tile = tile;
    this.first = first;
    this.count = count;
    int words = count + 3 >> 2;
    long start = law.keyWord(tile * law.perTile() + first);
    for (int done = 0; done < words; done += BLOCK_WORDS) {
      int some = Math.min(BLOCK_WORDS, words - done);
      int at = engine.words(law.seed(), start + done, some, block);
      System.arraycopy(block.words, at, keys, done, some);
    }
    Arrays.fill(keys, words, words + SLACK, -1);
    if ((count & 3) != 0) {
      keys[words - 1] |= -1 << 8 * (count & 3);
    }
  }

  /** Adds to how often each column has each key. */
  void count(int[] counts) {
    ScalarSparse.count(keys, count, law.width(), counts);
  }

  /** The cuts of all columns, where all of their keys are here. */
  void cuts(SparseEngine engine, int[] cuts, long[] left) {
    engine.cuts(keys, count, law.width(), law.zeros(), cuts, left);
  }

  /** Marks the zeros that their keys make, and finds the ties. */
  void compare(SparseEngine engine, int[] cuts) {
    engine.compare(keys, count, law.width(), cuts, zero, tied);
    long real = realColumns();
    int longs = count + Long.SIZE - 1 >> 6;
    int some = 0;
    for (int i = 0; i < longs; i++) {
      zero[i] |= ~real;
      long bits = tied[i] & real;
      tied[some] = bits;
      words[some] = i;
      some += bits != 0 ? 1 : 0;
    }
    ties = 0;
    for (int i = 0; i < some; i++) {
      for (long bits = tied[i]; bits != 0; bits &= bits - 1) {
        addTie(Long.SIZE * words[i] + Long.numberOfTrailingZeros(bits));
      }
    }
    order();
    if ((count & 63) != 0) {
      zero[longs - 1] |= -1L << count;
    }
  }

  /** The bits of the columns that the matrix has. */
  private long realColumns() {
    int width = law.width();
    long columns = Math.min(width, law.columns() - tile * width);
    long real = 0;
    for (int i = 0; i < Long.SIZE; i++) {
      real |= i % width < columns ? 1L << i : 0;
    }
    return real;
  }

  private void addTie(int place) {
    if (place >= count) {
      return;
    }
    if (ties == places.length) {
      places = Arrays.copyOf(places, 2 * ties);
      orders = new long[2 * ties];
      drawn = new int[2 * ties];
    }
    places[ties++] = place;
  }

  /** Draws the ties' words, many at a time. */
  private void order() {
    engine.wordsAt(law.seed(), law.tieWord(tile) + first, places, ties, drawn, block);
    for (int i = 0; i < ties; i++) {
      orders[i] = law.tie(drawn[i], first + places[i]);
    }
  }

  /** Something to do with each tie. */
  @FunctionalInterface
  interface EachTie {
    void tie(int column, long order);
  }

  void eachTie(EachTie work) {
    for (int i = 0; i < ties; i++) {
      work.tie(places[i] & law.width() - 1, orders[i]);
    }
  }

  /** Marks the ties that are zero: in each column, those up to an order. */
  void settle(long[] tieCuts) {
    for (int i = 0; i < ties; i++) {
      int place = places[i];
      if (orders[i] <= tieCuts[place & law.width() - 1]) {
        zero[place >> 6] |= 1L << place;
      }
    }
  }
}
