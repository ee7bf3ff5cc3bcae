package org.initium.torch;

import org.initium.DType;

/**
 * A chunk's words and values, and what is between them; of one thread at a time. Memory that Java
 * allocates anew is slow at first, so that there is no more of it than the type of the values
 * needs.
 */
final class Scratch {
  /** Elements of a chunk: few enough for the L2 cache. */
  static final int CHUNK = 1 << 13;

  final int[] words;

  /** Values of the types that are computed in binary32, and bits of theirs. */
  final float[] floats;

  final int[] bits;

  /** For pairs: the first of each, the second, and functions of them. */
  final int[] firsts;

  final int[] seconds;
  final float[] radii;
  final float[] reduced;
  final float[] sines;
  final float[] cosines;

  /** Values of f64, and the same for them. */
  final double[] doubles;

  final long[] bits64;
  final double[] radii64;
  final double[] angles64;
  final double[] sines64;
  final double[] cosines64;
  final HalfUlp halfUlp;

  /** Room for that many elements of that type. */
  Scratch(int count, DType dtype) {
    boolean wide = dtype == DType.F64;
    int narrow = wide ? 0 : count;
    int narrowPairs = (narrow + 1) / 2;
    int doubled = wide ? count : 0;
    int doubledPairs = (doubled + 1) / 2;
    words = new int[wide ? 2 * count : count];
    floats = new float[narrow];
    bits = new int[narrow];
    firsts = new int[narrowPairs];
    seconds = new int[narrowPairs];
    radii = new float[narrowPairs];
    reduced = new float[narrowPairs];
    sines = new float[narrowPairs];
    cosines = new float[narrowPairs];
    doubles = new double[doubled];
    bits64 = new long[doubled];
    radii64 = new double[doubledPairs];
    angles64 = new double[doubledPairs];
    sines64 = new double[doubledPairs];
    cosines64 = new double[doubledPairs];
    halfUlp = new HalfUlp(doubledPairs);
  }
}
