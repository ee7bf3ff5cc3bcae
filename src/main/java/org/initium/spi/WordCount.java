// SPDX-License-Identifier: Apache-2.0
package org.initium.spi;

/**
 * How many 32-bit words of the random stream a fill takes: as many as it takes for the next fill to
 * begin behind every word that this one uses, where the generator is at a multiple of 4, which it
 * then stays at.
 *
 * @since 0.1.0
 */
public final class WordCount {
  /** The threads of cuRAND's double calls, each of which has a block in 65536 to itself. */
  private static final long THREADS = 1 << 16;

  private WordCount() {}

  /**
   * {@return the words of a random value for each element, rounded up to blocks of 4}
   *
   * <p>Four doubles take two blocks of a thread, its next two. In blocks from the fill's first on,
   * thread j has those numbered {@code j + 65536 * d}, d from 0 on: g groups of four end before
   * block {@code g + 65536 * ceil(g / 65536)}. Those between that the last round leaves out are not
   * used at all.
   *
   * @param elements how many
   * @param doubles whether they are f64
   */
  public static long of(long elements, boolean doubles) {
    try {
      if (!doubles) {
        return Math.addExact(elements, 3) & ~3L;
      }
      long groups = Math.ceilDiv(elements, 4L);
      long blocks = Math.addExact(groups, THREADS * Math.ceilDiv(groups, THREADS));
      return Math.multiplyExact(4, blocks);
    } catch (ArithmeticException e) {
      throw tooMany(elements, e);
    }
  }

  /**
   * {@return what is wrong with a fill whose words are no 64-bit number; not thrown}
   *
   * @param elements how many there are
   * @param cause the overflow
   */
  public static IllegalArgumentException tooMany(long elements, ArithmeticException cause) {
    return new IllegalArgumentException(
        elements + " elements take more than 2^63 - 1 words of the random stream", cause);
  }
}
