package org.initium.torch;

/** A chunk's words and values, and what is between them; of one thread at a time. */
final class Scratch {
  /** Elements of a chunk: few enough for the L2 cache. */
  static final int CHUNK = 1 << 13;

  final int[] words = new int[2 * CHUNK];
  final int[] bits = new int[CHUNK];
  final float[] floats = new float[CHUNK];
  final double[] doubles = new double[CHUNK];

  /** For pairs: the first of each, the second, and functions of them. */
  final int[] firsts = new int[CHUNK / 2];

  final int[] seconds = new int[CHUNK / 2];
  final float[] radii = new float[CHUNK / 2];
  final float[] reduced = new float[CHUNK / 2];
  final float[] sines = new float[CHUNK / 2];
  final float[] cosines = new float[CHUNK / 2];
}
