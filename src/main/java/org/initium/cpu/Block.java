package org.initium.cpu;

/** One thread's scratch: a block of words and of values, small enough for the L1 cache. */
final class Block {
  /** Elements computed at a time. */
  static final int SIZE = 2048;

  /** Values may begin up to a vector late and end up to one late. */
  static final int SLACK = 64;

  final int[] words = new int[2 * SIZE + SLACK];
  final float[] floats = new float[SIZE + SLACK];
  final double[] doubles = new double[SIZE + SLACK];
  final boolean[] zero = new boolean[SIZE];
  final short[] halves = new short[SIZE + SLACK];
}
