// SPDX-License-Identifier: Apache-2.0
package org.initium.kernel;

import org.initium.DType;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.law.ColumnKeys;

/** A sparse fill of a region as its kernels take it: the struct Sparse of kernels/sparse.cuh. */
public record SparseKeys(Tensor tensor, Fill.Sparse fill, ColumnKeys keys) {
  /** Standard deviations of the binomial distribution in which a column's cut almost surely is. */
  public static final double NEAR = 4.5;

  /** Of a fill that takes its words from {@code start} on. */
  public static SparseKeys of(Tensor tensor, Fill.Sparse fill, long seed, long start) {
    return new SparseKeys(tensor, fill, ColumnKeys.of(fill, tensor.whole(), seed, start));
  }

  /** Whether all elements are zero, which the kernels leave to others. */
  public boolean allZero() {
    return keys.zeros() == keys.rows();
  }

  /** The first tile that has columns of the region. */
  public long firstTile() {
    return tensor.origin()[1] / keys.width();
  }

  /** How many tiles have. */
  public long tiles() {
    long end = tensor.origin()[1] + tensor.shape().size(1);
    return Math.ceilDiv(end, keys.width()) - firstTile();
  }

  /**
   * The struct.
   *
   * @param first of the tiles to fill
   * @param count how many of them
   * @param near standard deviations from its expectation in which a cut is sought first
   * @param scratch an address
   */
  public Parameters parameters(long first, long count, double near, long scratch) {
    DType dtype = tensor.dtype();
    double share = (double) keys.zeros() / keys.rows();
    double spread = near * Math.sqrt(share * (1 - share) / keys.rows());
    return new Parameters()
        .add(tensor.storage().address() + tensor.memoryOffset() * dtype.bytes())
        .addSource(keys.seed(), keys.normalStart())
        .add(keys.start() >>> 2)
        .add(keys.tieStart() >>> 2)
        .add(keys.rows())
        .add(keys.columns())
        .add(keys.zeros())
        .add((long) Integer.numberOfTrailingZeros(keys.width()))
        .add(keys.perTile())
        .add(first)
        .add(count)
        .add(tensor.origin()[0])
        .add(tensor.origin()[1])
        .add(tensor.shape().size(0))
        .add(tensor.shape().size(1))
        .add(tensor.stride(0))
        .add(tensor.stride(1))
        .add(dtype.isWide() ? fill.std() : (double) (float) fill.std())
        .add((long) Math.clamp(256 * (share - spread) - 1, 0, 254))
        .add((long) Math.clamp(256 * (share + spread) + 2, 1, 255))
        .add(scratch);
  }
}
