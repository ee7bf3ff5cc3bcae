// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

/** torch's uniforms and normals on the CPU in the types computed in binary32, before rounding. */
final class FloatDraws {
  private static final float TWO_PI = (float) (2 * Math.PI);
  private static final float UNIT = 0x1p-24f;
  private static final int LOW_BITS = 0xffffff;

  private FloatDraws() {}

  /** The uniform from a to b of a word; what rounds to b becomes a when it is stored. */
  static float uniform(int word, float a, float b) {
    return Math.fma((word & LOW_BITS) * UNIT, b - a, a);
  }

  /** By Box and Muller, of the first word of a pair. */
  static float radius(int word) {
    return (float) Math.sqrt(-2 * Cephes.logOfScaled(LOW_BITS + 1 - (word & LOW_BITS)));
  }

  /** Of the second. */
  static float angle(int word) {
    return TWO_PI * ((word & LOW_BITS) * UNIT);
  }
}
