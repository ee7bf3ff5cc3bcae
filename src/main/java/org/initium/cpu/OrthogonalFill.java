package org.initium.cpu;

import org.initium.Fill;
import org.initium.Tensor;

/** Fills with a Haar-distributed matrix. */
final class OrthogonalFill {
  private OrthogonalFill() {}

  /**
   * Fills a tensor (or region of one) with its part of the matrix whose Gaussian words start at
   * {@code start}.
   */
  static void fill(Tensor tensor, Fill.Orthogonal fill, long seed, long start) {
    throw new UnsupportedOperationException(fill + " is being written");
  }
}
