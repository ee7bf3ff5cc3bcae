// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import org.initium.Fill;
import org.initium.Shape;
import org.initium.spi.SparseTiles;

/**
 * Which elements of a sparse fill are zero, and what the others are.
 *
 * <p>Side by side, w columns are a tile ({@link SparseTiles#width}); in it, element (r, c) has the
 * index {@code i = tile * keysEach + r * w + c % w}. From the first multiple of 4 on that is not
 * before the fill's first word, the stream has
 *
 * <ul>
 *   <li>the keys, a byte each: that of i is byte {@code i % 4}, from the lowest, of word {@code i /
 *       4};
 *   <li>the tie words, one each;
 *   <li>the words of a {@link Fill.Normal} of so many elements.
 * </ul>
 *
 * <p>The zeros of a column are the elements of the smallest (key, tie word, row), all unsigned. So
 * a tie word is only drawn where the key is that of the column's cut, one element in 256. Rows
 * decide between equal (key, tie word): the sets of rows are as likely as each other but for at
 * most rows / 2^40 in all.
 *
 * <p>{@value #GROUP} neighbors in a tile are a group. The elements of it that are not zero are, in
 * order, the first normals of those whose indices the group has. They are as many as are needed,
 * and the others need not be computed.
 *
 * @param seed of the stream
 * @param start the position of the first key; a multiple of 4
 * @param rows of the whole matrix
 * @param columns of the whole matrix
 * @param width columns of a tile
 * @param perTile elements of a tile
 * @param zeros in each column
 */
public record ColumnKeys(
    long seed, long start, long rows, long columns, int width, long perTile, long zeros) {
  /** Elements of a group. */
  public static final int GROUP = 2048;

  /** Of a fill that takes its words from {@code start} on. */
  public static ColumnKeys of(Fill.Sparse fill, Shape whole, long seed, long start) {
    SparseTiles tiles = new SparseTiles(whole.size(0), whole.size(1));
    return new ColumnKeys(
        seed,
        start + 3 & ~3L,
        whole.size(0),
        whole.size(1),
        tiles.width(),
        tiles.keysEach(),
        fill.zerosPerColumn(whole));
  }

  /** Tiles of the matrix. */
  public long tiles() {
    return Math.ceilDiv(columns, width);
  }

  /** The position of the word that begins with the key of an index, which is a multiple of 4. */
  public long keyWord(long index) {
    return start + index / 4;
  }

  /** The position of the first tie word. */
  public long tieStart() {
    return start + tiles() * perTile / 4;
  }

  /** The position of the normals' first word. */
  public long normalStart() {
    return tieStart() + tiles() * perTile;
  }

  /** The position of a tile's first tie word. */
  public long tieWord(long tile) {
    return tieStart() + tile * perTile;
  }

  /** The tie word and the row of an index in a tile as a number that orders equal keys. */
  public long tie(int word, long inTile) {
    return (word & 0xFFFFFFFFL) << 31 | inTile / width;
  }
}
