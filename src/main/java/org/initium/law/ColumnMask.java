package org.initium.law;

import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;

/**
 * Which elements of a sparse fill are zero: down each column, with R rows left (this one counted)
 * and Z zeros left, an element is zero with probability Z / R (Knuth, TAOCP 2, 3.4.2, algorithm S):
 * where the high half of {@code word * R}, unsigned, is less than Z. That is one 32-bit word in
 * columns of at most 65536 rows, and else two, the first in the lower half.
 */
public final class ColumnMask {
  private ColumnMask() {}

  /** The position of the mask's first word, behind those of the normals. */
  public static long start(Fill.Sparse fill, Shape whole, DType dtype, long start) {
    return start + new Fill.Normal(0, fill.std()).words(whole, dtype);
  }

  /** Whether an element is zero, by its one word. */
  public static boolean isZero(int word, int rowsLeft, int zerosLeft) {
    return (word & 0xFFFFFFFFL) * rowsLeft >>> 32 < zerosLeft;
  }

  /** Whether an element is zero, by its two words. */
  public static boolean isZero(int first, int second, long rowsLeft, long zerosLeft) {
    return Math.unsignedMultiplyHigh(first & 0xFFFFFFFFL | (long) second << 32, rowsLeft)
        < zerosLeft;
  }
}
