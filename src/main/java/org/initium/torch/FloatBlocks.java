package org.initium.torch;

/**
 * torch's Box-Muller transform of a block of 16 uniforms in binary32: the first eight are radii,
 * the last eight angles, and pair j gives elements j (cosine) and j + 8 (sine).
 */
final class FloatBlocks {
  static final float TWO_PI = (float) (2 * Math.PI);
  static final float UNIT = 0x1p-24f;

  private FloatBlocks() {}

  /** Transforms {@code words[at]} to {@code words[at + 15]} to normals at the same place. */
  static void normal(int[] words, float[] normals, int at, float mean, float std) {
    for (int j = at; j < at + 8; j++) {
      float u1 = 1 - uniform(words[j]);
      float u2 = uniform(words[j + 8]);
      float radius = (float) Math.sqrt(-2 * Cephes.log(u1));
      float theta = TWO_PI * u2;
      int octant = Cephes.octant(theta);
      float x = Cephes.reduced(theta, octant);
      float s = Cephes.kernelSin(x);
      float c = Cephes.kernelCos(x);
      boolean swapped = (octant & 2) != 0;
      float sin = swapped ? c : s;
      float cos = swapped ? s : c;
      sin = (octant & 4) != 0 ? -sin : sin;
      cos = (octant - 2 & 4) == 0 ? -cos : cos;
      normals[j] = Math.fma(radius * cos, std, mean);
      normals[j + 8] = Math.fma(radius * sin, std, mean);
    }
  }

  /** The uniform in [0, 1) of a word: its lower 24 bits. */
  static float uniform(int word) {
    return (word & 0xffffff) * UNIT;
  }
}
