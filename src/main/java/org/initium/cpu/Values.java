package org.initium.cpu;

import org.initium.DType;

/** The values of a fill's elements by their index in the whole tensor. */
@FunctionalInterface
interface Values {
  /**
   * Computes consecutive elements into {@link Block#doubles} for f64, {@link Block#floats} else.
   *
   * @param first index of the first in the whole
   * @param count how many, at most {@link Block#SIZE}
   * @return where in the array they begin, at most {@link Block#SLACK} / 2
   */
  int compute(long first, int count, Block block);

  /**
   * Computes consecutive elements straight into memory, if it can.
   *
   * @param dtype what they are rounded to
   * @param address where they go, one behind the other
   * @return false, and nothing is done, if these elements must be computed into a block
   */
  default boolean store(long first, int count, Block block, DType dtype, long address) {
    return false;
  }
}
