package org.initium.cpu;

import org.initium.law.Normal32;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;

/** Makes the values that are computed in binary32, which most tensors are made of. */
interface Engine {
  /**
   * Computes {@code count} words of the stream from position n on, at most twice {@link
   * Block#SIZE}, into {@link Block#words}.
   *
   * @return where in the array they begin, at most {@link Block#SLACK} / 2
   */
  int words(long seed, long n, int count, Block block);

  /**
   * Computes words {@code n + places[i]} of the stream.
   *
   * @param places ascending, {@code count} of them
   */
  void wordsAt(long seed, long n, int[] places, int count, int[] out, Block block);

  /** The values of a uniform fill whose first word is {@code start}. */
  Values uniform(Uniform32 law, long seed, long start);

  /** The values of a normal fill. */
  Values normal(Normal32 law, long seed, long start);

  /** The values of a truncated normal fill. */
  Values truncated(Truncated32 law, long seed, long start);

  /** What works on the keys of a sparse fill. */
  SparseEngine sparse();
}
