package org.initium.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One thread's scratch: a block of words and of values, small enough for the L1 cache. */
final class Block {
  /** Elements computed at a time. */
  static final int SIZE = 2048;

  /** Values may begin up to a vector late and end up to one late. */
  static final int SLACK = 64;

  /** Philox counters under way, each of their words in the lower half of an array's elements. */
  final long[][] counters = new long[4][PhiloxBlocks.MOST + SLACK];

  /** Room for values on their way to memory: up to a few vectors more than a block's. */
  final MemorySegment memory = Arena.ofAuto().allocate(Float.BYTES * (SIZE + 4L * SLACK), SLACK);

  /** Words in the order of the stream, or the first words of pairs. */
  final int[] words = new int[2 * SIZE + SLACK];

  /** Second words of pairs. */
  final int[] angles = new int[SIZE / 2 + SLACK];

  /** Bits of values of pairs. */
  final int[] bits = new int[SIZE / 2 + SLACK];

  /** Two neighbouring words or values each. */
  final long[] couples = new long[SIZE / 2 + SLACK];

  /** Rows of four coefficients. */
  final long[] rows = new long[8 * (PhiloxBlocks.MOST + SLACK)];

  /** Of pairs. */
  final float[] radii = new float[SIZE / 2 + SLACK];

  final float[] sines = new float[SIZE / 2 + SLACK];
  final float[] cosines = new float[SIZE / 2 + SLACK];

  /** The values computed in binary32. */
  final float[] floats = new float[SIZE + SLACK];

  /** The values computed in binary64. */
  final double[] doubles = new double[SIZE + SLACK];

  /** Values rounded to 16 bits. */
  final short[] halves = new short[SIZE + SLACK];
}
