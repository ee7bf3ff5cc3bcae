package org.initium.cpu;

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
}
