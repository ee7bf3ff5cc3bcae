package org.initium.cpu;

import java.util.Arrays;

/** Collects the ties of each column and finds which are the least. */
final class TieCuts {
  /** The leading bits of an order that large numbers of ties are counted by. */
  static final int PREFIX = 12;

  /** Up to so many are not sorted. */
  private static final int FEW = 32;

  private static final int SHIFT = 63 - PREFIX;

  private final long[][] orders;
  private final int[] sizes;

  TieCuts(int columns) {
    orders = new long[columns][64];
    sizes = new int[columns];
  }

  void clear() {
    Arrays.fill(sizes, 0);
  }

  void add(int column, long order) {
    if (sizes[column] == orders[column].length) {
      orders[column] = Arrays.copyOf(orders[column], 2 * sizes[column]);
    }
    orders[column][sizes[column]++] = order;
  }

  /** The greatest order among the {@code left} least ones of a column; -1 for none. */
  long cut(int column, long left) {
    if (left == 0 || sizes[column] == 0) { // none, or a column that only fills the tile up
      return -1;
    }
    if (sizes[column] > FEW) {
      Arrays.sort(orders[column], 0, sizes[column]);
      return orders[column][(int) left - 1];
    }
    for (int i = 0; ; i++) {
      if (rank(orders[column], sizes[column], orders[column][i]) == left) {
        return orders[column][i];
      }
    }
  }

  /** How many are not more: quicker than to sort a few, since no branch is to guess. */
  private static int rank(long[] orders, int count, long order) {
    int rank = 0;
    for (int i = 0; i < count; i++) {
      rank += orders[i] <= order ? 1 : 0;
    }
    return rank;
  }

  static int prefix(long order) {
    return (int) (order >>> SHIFT);
  }

  /** The order before all those of a prefix. */
  static long before(int prefix) {
    return ((long) prefix << SHIFT) - 1;
  }
}
