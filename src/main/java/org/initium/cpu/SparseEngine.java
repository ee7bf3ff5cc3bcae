package org.initium.cpu;

/**
 * What a sparse fill does with the keys of a tile ({@link org.initium.law.ColumnKeys}): four in
 * each int, the first in the lowest byte. Behind the last there is at least a vector of 255s.
 */
interface SparseEngine {
  /**
   * Finds the key where each column's zeros end: the highest such that at most so many are less.
   *
   * @param count how many keys, those of all rows
   * @param width columns of the tile
   * @param zeros of each column
   * @param cuts for the key of each column
   * @param left for the zeros among the elements of just that key
   */
  void cuts(int[] keys, int count, int width, long zeros, int[] cuts, long[] left);

  /**
   * Compares keys with their columns' cuts: a bit for each key, in {@code zero} where it is less,
   * in {@code tied} where it is equal. Up to 63 bits behind the last are set, too.
   */
  void compare(int[] keys, int count, int width, int[] cuts, long[] zero, long[] tied);

  /**
   * Puts values in the places of the clear bits and zeros in those of the set bits, 16 at a time.
   *
   * @param at where in {@code values} the first is
   * @param bits those of the places, from {@code bits[word]} on
   * @param count of places; up to 15 more are written
   */
  void spread(float[] values, int at, long[] bits, int word, int count, float[] out);

  /**
   * The same for a row of tiles of 16 columns, whose values are in a strip.
   *
   * @param bits of four rows each, those of the first tile from {@code bits[word]} on
   * @param step from tile to tile in {@code bits}
   */
  void spreadRow(Strip strip, int tiles, long[] bits, int word, int step, int row, float[] out);

  /**
   * Some rows in f32 straight to memory, tile by tile.
   *
   * @param row the first of {@code rows}
   * @param address of the first row, whose elements are one behind the other
   * @param rowBytes from row to row
   */
  void storeRows(
      Strip strip,
      int tiles,
      long[] bits,
      int word,
      int step,
      int row,
      int rows,
      long address,
      long rowBytes);
}
