package org.initium.torch;

/**
 * Takes the elements of a whole tensor, a run at a time, in any order. Runs that are put by several
 * threads at once do not overlap.
 */
interface Sink {
  /** Whether any of the elements {@code at} to {@code at + count - 1} is of use. */
  boolean wants(long at, long count);

  /**
   * Takes elements {@code at} and on from {@code values[from]} and on, which the dtype (one of
   * those computed in binary32) holds exactly.
   */
  void put(long at, float[] values, int from, int count);

  /** The same for f64. */
  void put(long at, double[] values, int from, int count);
}
