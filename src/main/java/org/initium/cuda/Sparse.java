package org.initium.cuda;

import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.kernel.Parameters;
import org.initium.law.ColumnKeys;

/** Queues sparse fills: kernels/sparse.cu. */
final class Sparse {
  /** Tiles of fewer keys are left to one block of threads each, however few they are. */
  private static final long TALL = 1 << 16;

  /** Standard deviations of the binomial distribution in which a column's cut almost surely is. */
  static final double NEAR = 4.5;

  private Sparse() {}

  static void fill(Target target, Fill.Sparse fill, long seed, long start) {
    Tensor tensor = target.tensor();
    ColumnKeys keys = ColumnKeys.of(fill, tensor.whole(), seed, start);
    if (keys.zeros() == keys.rows()) {
      Fixed.constant(target, 0);
      return;
    }
    int width = keys.width();
    long first = tensor.origin()[1] / width;
    long tiles = Math.ceilDiv(tensor.origin()[1] + tensor.shape().size(1), width) - first;
    int multiprocessors = target.gpu().multiprocessors();
    if (tiles >= multiprocessors || keys.perTile() < TALL) {
      launch(target, fill, keys, first, tiles, "sparse_" + target.dtype(), tiles, 0, NEAR);
      return;
    }
    target
        .gpu()
        .tallTiles()
        .use(
            target.stream(),
            _ -> true,
            () -> CudaStorage.allocate(target.gpu(), TallTiles.BYTES),
            lease -> tall(target, fill, keys, first, tiles, lease.thing().address()));
  }

  /** Several blocks of threads for each tile. */
  private static void tall(
      Target target, Fill.Sparse fill, ColumnKeys keys, long first, long tiles, long shared) {
    long blocks = 1L << 31; // as many as there can be
    String kernel = "tall_" + target.dtype();
    for (long done = 0; done < tiles; done += TallTiles.TILES) {
      target.gpu().driver().clear(shared, TallTiles.BYTES, target.stream().handle());
      long some = Math.min(TallTiles.TILES, tiles - done);
      launch(target, fill, keys, first + done, some, kernel, blocks, shared, NEAR);
    }
  }

  /**
   * The struct Sparse of kernels/sparse_cuts.cuh.
   *
   * @param near standard deviations from its expectation in which a cut is sought first
   */
  static void launch(
      Target target,
      Fill.Sparse fill,
      ColumnKeys keys,
      long firstTile,
      long tiles,
      String kernel,
      long blocks,
      long scratch,
      double near) {
    Tensor tensor = target.tensor();
    DType dtype = target.dtype();
    double share = (double) keys.zeros() / keys.rows();
    double spread = near * Math.sqrt(share * (1 - share) / keys.rows());
    try (Parameters parameters = new Parameters()) {
      parameters.add(tensor.storage().address() + tensor.memoryOffset() * dtype.bytes());
      parameters.addSource(keys.seed(), keys.normalStart());
      parameters
          .add(keys.start() >>> 2)
          .add(keys.tieStart() >>> 2)
          .add(keys.rows())
          .add(keys.columns())
          .add(keys.zeros())
          .add((long) Integer.numberOfTrailingZeros(keys.width()))
          .add(keys.perTile())
          .add(firstTile)
          .add(tiles)
          .add(tensor.origin()[0])
          .add(tensor.origin()[1])
          .add(tensor.shape().size(0))
          .add(tensor.shape().size(1))
          .add(tensor.stride(0))
          .add(tensor.stride(1))
          .add(dtype == DType.F64 ? fill.std() : (double) (float) fill.std())
          .add((long) Math.clamp(256 * (share - spread) - 1, 0, 254))
          .add((long) Math.clamp(256 * (share + spread) + 2, 1, 255))
          .add(scratch);
      target.gpu().kernels().launch(kernel, blocks * Kernels.THREADS, parameters, target.stream());
    }
  }
}
