package org.initium;

/** How many 32-bit words of the random stream a fill takes. */
final class Words {
  private Words() {}

  /** 1 for the types computed in binary32, 2 for f64. */
  static int perElement(DType dtype) {
    return dtype == DType.F64 ? 2 : 1;
  }

  /** Elements times words per element, rounded up to a multiple of 4. */
  static long of(Shape whole, int perElement) {
    try {
      return Math.addExact(Math.multiplyExact(whole.numel(), perElement), 3) & ~3L;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "shape " + whole + " takes more than 2^63 - 1 words of the random stream", e);
    }
  }
}
