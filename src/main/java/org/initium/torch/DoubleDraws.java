package org.initium.torch;

import java.nio.ByteOrder;

/** torch's uniforms and normals on the CPU in binary64, a chunk at a time. */
final class DoubleDraws {
  static final double TWO_PI = 2 * Math.PI;
  private static final int HALF_BLOCK = 8;

  /** By how much two words in memory must be rotated for the first to be the upper half. */
  private static final int ROTATION =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Integer.SIZE : 0;

  private DoubleDraws() {}

  /** The uniform in [0, 1) of two words: the lower 53 bits. */
  static double unit(long words) {
    return (words & (1L << 53) - 1) * 0x1p-53;
  }

  private static void units(Scratch s, int count) {
    Bits.pairs(s.words, s.bits64, count);
    for (int i = 0; i < count; i++) {
      s.doubles[i] = unit(Long.rotateLeft(s.bits64[i], ROTATION));
    }
  }

  /** Makes uniforms of {@code s.words}, two for each: those that round to b become a. */
  static void uniform(Scratch s, int count, double a, double b) {
    units(s, count);
    double range = b - a;
    for (int i = 0; i < count; i++) {
      s.doubles[i] = Math.fma(s.doubles[i], range, a);
    }
    for (int i = 0; i < count; i++) {
      if (s.doubles[i] == b) {
        s.doubles[i] = a;
      }
    }
  }

  /** Makes normals of {@code s.words}, two for each, in blocks as {@link FloatDraws#normal}. */
  static void normal(Scratch s, int count, double mean, double std) {
    units(s, count);
    int pairs = count / 2;
    for (int b = 0; b < pairs; b += HALF_BLOCK) {
      System.arraycopy(s.doubles, 2 * b, s.radii64, b, HALF_BLOCK);
      System.arraycopy(s.doubles, 2 * b + HALF_BLOCK, s.angles64, b, HALF_BLOCK);
    }
    for (int k = 0; k < pairs; k++) {
      s.radii64[k] = 1 - s.radii64[k];
      s.angles64[k] = TWO_PI * s.angles64[k];
    }
    s.halfUlp.log(s.radii64, pairs);
    s.halfUlp.sinCos(s.angles64, s.sines64, s.cosines64, pairs);
    for (int k = 0; k < pairs; k++) {
      double radius = Math.sqrt(-2 * s.radii64[k]);
      s.cosines64[k] = Math.fma(radius * s.cosines64[k], std, mean);
      s.sines64[k] = Math.fma(radius * s.sines64[k], std, mean);
    }
    for (int b = 0; b < pairs; b += HALF_BLOCK) {
      System.arraycopy(s.cosines64, b, s.doubles, 2 * b, HALF_BLOCK);
      System.arraycopy(s.sines64, b, s.doubles, 2 * b + HALF_BLOCK, HALF_BLOCK);
    }
  }
}
