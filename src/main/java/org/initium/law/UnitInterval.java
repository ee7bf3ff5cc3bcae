// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

/** Random words to numbers in (0, 1], as cuRAND maps them. */
public final class UnitInterval {
  /** The spacing of the f32 grid before its conversion rounds: 2^-32. */
  static final float STEP_32 = 0x1p-32f;

  /** The middle of the lowest cell: 2^-33. */
  static final float HALF_STEP_32 = 0x1p-33f;

  /** 2^-53. */
  static final double STEP_64 = 0x1p-53;

  /** 2^-54. */
  static final double HALF_STEP_64 = 0x1p-54;

  private UnitInterval() {}

  /** {@code fma(float(w), 2^-32, 2^-33)} of a word as an unsigned number, rounded to nearest. */
  public static float unit(int word) {
    return Math.fma((float) (word & 0xFFFFFFFFL), STEP_32, HALF_STEP_32);
  }

  /** 53 random bits of two words: {@code first ^ second << 21}. */
  public static long bits53(int first, int second) {
    return first & 0xFFFFFFFFL ^ (second & 0xFFFFFFFFL) << 21;
  }

  /** {@code fma(double(bits), 2^-53, 2^-54)}; the conversion is exact. */
  public static double unit(long bits53) {
    return Math.fma((double) bits53, STEP_64, HALF_STEP_64);
  }
}
