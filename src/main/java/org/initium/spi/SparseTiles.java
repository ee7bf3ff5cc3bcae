// SPDX-License-Identifier: Apache-2.0
package org.initium.spi;

/**
 * Columns of a sparse matrix stand side by side in tiles, and a tile takes words for {@link
 * #keysEach} elements: a quarter of a word each for the keys, a word each for their ties, and what
 * a normal would take. Four more let them begin at a multiple of 4.
 *
 * @param rows of the matrix
 * @param columns of the matrix
 * @since 0.1.0
 */
public record SparseTiles(long rows, long columns) {
  private static final int WIDEST = 16;

  /** {@return columns of a tile: 16, or the power of two that is enough for fewer} */
  public int width() {
    long last = Math.clamp(columns - 1, 0, WIDEST - 1);
    return 1 << Long.SIZE - Long.numberOfLeadingZeros(last);
  }

  /** {@return elements of a tile, rounded up to a multiple of 16} */
  public long keysEach() {
    return rows * width() + 15 & ~15L;
  }

  /**
   * {@return words of the random stream for all of them}
   *
   * @param doubles whether elements are f64
   */
  public long words(boolean doubles) {
    if (rows == 0 || columns == 0) {
      return 0;
    }
    try {
      long keys = Math.multiplyExact(Math.ceilDiv(columns, width()), keysEach());
      return Math.addExact(WordCount.of(keys, doubles), keys + keys / 4 + 4);
    } catch (ArithmeticException e) {
      throw WordCount.tooMany(rows * columns, e);
    }
  }
}
