// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

/**
 * The layout of the memory in which the blocks of threads that share tiles of a sparse fill count
 * together.
 */
final class TallTiles {
  /** Tiles at a time. */
  static final int TILES = 64;

  /** Tiles have at most so many columns. */
  private static final int WIDEST = 16;

  /** Of the struct Column of kernels/sparse_cuts.cuh. */
  static final int COLUMN_BYTES = 4 * Long.BYTES + 4 * Integer.BYTES;

  /** In the struct Tile, after its counts and sums. */
  static final int COLUMNS = (WIDEST * 256 + 2 * WIDEST) * Integer.BYTES;

  /** In the struct Tile, after its ticket and what is done. */
  static final int STATE = COLUMNS + WIDEST * COLUMN_BYTES + 2 * Integer.BYTES;

  /** Of the struct Tile. */
  static final int TILE_BYTES = STATE + 2 * Integer.BYTES;

  static final long BYTES = TILES * TILE_BYTES;

  private TallTiles() {}
}
