// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import org.initium.Fill;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.DeviceLocal;
import org.initium.cuda.device.Leases;
import org.initium.cuda.driver.Kernels;
import org.initium.kernel.Parameters;
import org.initium.kernel.SparseKeys;

/**
 * Queues a sparse fill: kernels/sparse.cu.
 *
 * @param target what is filled
 * @param keys of its columns
 * @param near standard deviations from its expectation in which a cut is sought first
 */
public record SparseFill(FillTarget target, SparseKeys keys, double near) {
  /** Tiles of fewer keys are left to one block of threads each, however few they are. */
  private static final long TALL = 1 << 16;

  /** As many blocks of threads as there can be. */
  private static final long MOST_BLOCKS = 1L << 31;

  /** Tiles at a time of which several blocks of threads work at each. */
  private static final int TILES_AT_ONCE = 64;

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

  static final long SHARED_BYTES = TILES_AT_ONCE * TILE_BYTES;

  /** Memory in which blocks of threads count together. */
  private static final DeviceLocal<Leases<CudaStorage>> TILES =
      new DeviceLocal<>(gpu -> new Leases<>(gpu, true, CudaStorage::close));

  public static void fill(FillTarget target, Fill.Sparse fill, long seed, long start) {
    SparseKeys keys = SparseKeys.of(target.tensor(), fill, seed, start);
    if (keys.allZero()) {
      FixedFill.constant(target, 0);
    } else {
      new SparseFill(target, keys, SparseKeys.NEAR).fill();
    }
  }

  private void fill() {
    long tiles = keys.tiles();
    if (tiles >= target.gpu().multiprocessors() || keys.keys().perTile() < TALL) {
      launch("sparse_" + target.dtype(), keys.firstTile(), tiles, tiles, 0);
      return;
    }
    TILES
        .of(target.gpu())
        .use(
            target.stream(),
            _ -> true,
            () -> CudaStorage.allocate(target.gpu(), SHARED_BYTES),
            lease -> tall(lease.thing().address()));
  }

  /** Several blocks of threads for each tile. */
  private void tall(long shared) {
    long tiles = keys.tiles();
    String kernel = "tall_" + target.dtype();
    for (long done = 0; done < tiles; done += TILES_AT_ONCE) {
      target.gpu().driver().clear(shared, SHARED_BYTES, target.stream().handle());
      long some = Math.min(TILES_AT_ONCE, tiles - done);
      launch(kernel, keys.firstTile() + done, some, MOST_BLOCKS, shared);
    }
  }

  /** Queues one launch over some tiles, as {@link SparseKeys#parameters} has them. */
  void launch(String kernel, long firstTile, long tiles, long blocks, long scratch) {
    Parameters parameters = keys.parameters(firstTile, tiles, near, scratch);
    target.launch(kernel, blocks * Kernels.THREADS, parameters);
  }
}
