// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import org.initium.cpu.fill.Team;

/**
 * A matrix with at least as many rows as columns, in memory of its own, column by column.
 *
 * @param ld the distance between columns, in elements
 */
record TallMatrix(Blas blas, long address, int rows, int columns, int ld) {
  /** Columns as long as this are kept apart. */
  private static final int LONG = 512;

  private static final int LONGEST = Integer.MAX_VALUE - 64;

  /** Rows that are copied at a time are so many times a cache line of the least type. */
  private static final int LINE = 16;

  /** Elements that a thread copies at a time, and stay in its cache. */
  private static final int CHUNK = 1 << 14;

  /** What a thread does with the rows {@code from} to {@code from + count - 1}. */
  @FunctionalInterface
  interface Rows {
    void take(int from, int count);
  }

  /**
   * The distance between columns of so many rows. Columns a power of two apart would compete for
   * the same sets of the caches; these are an odd number of pairs of cache lines apart.
   */
  static int ld(int rows) {
    return rows < LONG || rows > LONGEST ? rows : (Math.ceilDiv(rows, 32) | 1) * 32;
  }

  /** The address of an element. */
  long at(int i, int j) {
    return address + ((long) j * ld + i) * blas.dtype().bytes();
  }

  /** Shares the rows among a team. */
  void shareRows(Team team, Rows work) {
    int step = Math.max(CHUNK / columns / LINE, 1) * LINE;
    team.share(
        rows,
        step,
        (from, to) -> {
          for (long row = from; row < to; row += step) {
            work.take((int) row, (int) Math.min(step, to - row));
          }
        });
  }
}
