package org.initium;

/**
 * How many 32-bit words of the random stream a fill takes: as many as it takes for the next fill to
 * begin behind every word that this one uses, where the generator is at a multiple of 4, which it
 * then stays at.
 */
final class Words {
  /** The threads of cuRAND's double calls, each of which has a block in 65536 to itself. */
  private static final long THREADS = 1 << 16;

  private Words() {}

  /** Of a random value for each element. */
  static long of(Shape whole, DType dtype) {
    return dtype == DType.F64 ? doubles(whole) : of(whole, 1);
  }

  /** Of {@code perElement} words for each element, one behind the other: rounded up to blocks. */
  static long of(Shape whole, int perElement) {
    try {
      return Math.addExact(Math.multiplyExact(whole.numel(), perElement), 3) & ~3L;
    } catch (ArithmeticException e) {
      throw tooMany(whole, e);
    }
  }

  /**
   * Four doubles take two blocks of a thread, its next two. In blocks from the fill's first on,
   * thread j has those numbered {@code j + 65536 * d}, d from 0 on: g groups of four end before
   * block {@code g + 65536 * ceil(g / 65536)}. Those between that the last round leaves out are not
   * used at all.
   */
  private static long doubles(Shape whole) {
    long groups = Math.ceilDiv(whole.numel(), 4L);
    try {
      long blocks = Math.addExact(groups, THREADS * Math.ceilDiv(groups, THREADS));
      return Math.multiplyExact(4, blocks);
    } catch (ArithmeticException e) {
      throw tooMany(whole, e);
    }
  }

  static IllegalArgumentException tooMany(Shape whole, ArithmeticException cause) {
    return new IllegalArgumentException(
        "shape " + whole + " takes more than 2^63 - 1 words of the random stream", cause);
  }
}
