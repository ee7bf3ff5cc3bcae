// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import org.initium.Fill;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.DeviceLocal;
import org.initium.cuda.device.Leases;
import org.initium.cuda.driver.Kernels;
import org.initium.kernel.Parameters;
import org.initium.kernel.SparseKeys;

/** Queues sparse fills: kernels/sparse.cu. */
public final class SparseFill {
  /** Tiles of fewer keys are left to one block of threads each, however few they are. */
  private static final long TALL = 1 << 16;

  /** Memory in which blocks of threads count together. */
  private static final DeviceLocal<Leases<CudaStorage>> TILES =
      new DeviceLocal<>(gpu -> new Leases<>(gpu, true, CudaStorage::close));

  private SparseFill() {}

  public static void fill(FillTarget target, Fill.Sparse fill, long seed, long start) {
    SparseKeys keys = SparseKeys.of(target.tensor(), fill, seed, start);
    if (keys.allZero()) {
      FixedFill.constant(target, 0);
      return;
    }
    long first = keys.firstTile();
    long tiles = keys.tiles();
    int multiprocessors = target.gpu().multiprocessors();
    if (tiles >= multiprocessors || keys.keys().perTile() < TALL) {
      launch(target, keys, first, tiles, "sparse_" + target.dtype(), tiles, 0, SparseKeys.NEAR);
      return;
    }
    TILES
        .of(target.gpu())
        .use(
            target.stream(),
            _ -> true,
            () -> CudaStorage.allocate(target.gpu(), TallTiles.BYTES),
            lease -> tall(target, keys, first, tiles, lease.thing().address()));
  }

  /** Several blocks of threads for each tile. */
  private static void tall(
      FillTarget target, SparseKeys keys, long first, long tiles, long shared) {
    long blocks = 1L << 31; // as many as there can be
    String kernel = "tall_" + target.dtype();
    for (long done = 0; done < tiles; done += TallTiles.TILES) {
      target.gpu().driver().clear(shared, TallTiles.BYTES, target.stream().handle());
      long some = Math.min(TallTiles.TILES, tiles - done);
      launch(target, keys, first + done, some, kernel, blocks, shared, SparseKeys.NEAR);
    }
  }

  /** Queues one launch over some tiles, as {@link SparseKeys#addTo} has them. */
  static void launch(
      FillTarget target,
      SparseKeys keys,
      long firstTile,
      long tiles,
      String kernel,
      long blocks,
      long scratch,
      double near) {
    Parameters parameters = new Parameters();
    keys.addTo(parameters, firstTile, tiles, near, scratch);
    target
        .gpu()
        .kernels()
        .launch(kernel, blocks * Kernels.THREADS, parameters, target.stream().handle());
  }
}
