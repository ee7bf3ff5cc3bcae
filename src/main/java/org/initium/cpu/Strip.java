package org.initium.cpu;

/**
 * One thread's scratch for some tiles side by side: of a matrix that is mostly zeros, what fits in
 * the L2 cache.
 */
final class Strip {
  static final int TILES = 128;

  /** Columns of a tile where there are several. */
  static final int WIDTH = 16;

  /** Keys of all tiles together, where there are several. */
  static final int KEYS = 1 << 22;

  static final int ROOM = Block.SIZE + Block.SLACK;

  final TileMask mask = new TileMask();

  /** The bits of {@link TileMask#zero} of the tiles, one behind the other. */
  final long[] zero = new long[KEYS / Long.SIZE + TILES];

  /** The values of each tile's group, in the order of their elements, from {@link #at} on. */
  final float[] floats = new float[TILES * ROOM];

  private double[] doubles;

  /** Where each tile's next value is. */
  final int[] at = new int[TILES];

  double[] doubles() {
    if (doubles == null) {
      doubles = new double[TILES * ROOM];
    }
    return doubles;
  }
}
