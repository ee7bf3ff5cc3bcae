package org.initium.cuda;

import java.util.List;

/**
 * Device memory in which the blocks of threads that share tiles of a sparse fill count together.
 * Fills on several streams may use it one after the other: the later one waits, on the device.
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

  private static final long BYTES = TILES * TILE_BYTES;

  private final Gpu gpu;
  private final long done; // event: the last fill's work
  private final long memory;

  private TallTiles(Gpu gpu) {
    this.gpu = gpu;
    this.done = gpu.driver().newEvent();
    try {
      this.memory = gpu.allocate(BYTES);
    } catch (RuntimeException e) {
      gpu.driver().destroyEvent(done);
      throw e;
    }
  }

  /** One that nobody uses, ready behind the stream's work. */
  static TallTiles take(Gpu gpu, CudaStream stream) {
    TallTiles tiles = gpu.tallTiles().poll();
    try {
      if (tiles == null) {
        tiles = new TallTiles(gpu);
      } else {
        gpu.driver().await(stream.handle(), tiles.done);
      }
      return tiles;
    } catch (RuntimeException e) {
      if (tiles != null) {
        tiles.abandon(stream);
      }
      throw e;
    }
  }

  /** Makes the tiles those of the next launch. */
  void clear(CudaStream stream) {
    gpu.driver().clear(memory, BYTES, stream.handle());
  }

  long memory() {
    return memory;
  }

  /**
   * Ends a fill: the next may use this. A captured fill keeps it, since every replay uses the
   * memory again.
   */
  void giveBack(CudaStream stream) {
    if (gpu.driver().isCapturing(stream.handle())) {
      return;
    }
    gpu.driver().record(done, stream.handle());
    gpu.tallTiles().push(this);
  }

  /** After a failure in the midst of a fill: waits for what is queued, and frees all. */
  void abandon(CudaStream stream) {
    try {
      gpu.driver().synchronize(stream.handle());
      destroy();
    } catch (CudaException e) {
      // The failure that led here is the one to report.
    }
  }

  /** Frees all; nothing that uses it is queued. */
  void destroy() {
    gpu.driver().destroyEvent(done);
    gpu.pool().free(memory, List.of());
  }
}
