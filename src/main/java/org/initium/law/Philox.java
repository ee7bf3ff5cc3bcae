// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

/**
 * Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11), laid out as
 * cuRAND's host API lays out CURAND_RNG_PSEUDO_PHILOX4_32_10: word n of seed s is lane {@code n &
 * 3} of the block with number {@code b = n >> 2}, whose counter is {@code (b >> 16, b >> 48, b &
 * 0xffff, 0)} and whose key is {@code (s, s >> 32)}, all in 32 bits.
 */
public final class Philox {
  /** Multipliers of the counter's words 0 and 2. */
  private static final long M0 = 0xD2511F53L;

  private static final long M1 = 0xCD9E8D57L;

  /** What key word 0 grows by from round to round: the golden ratio. */
  public static final int W0 = 0x9E3779B9;

  /** What key word 1 grows by from round to round: sqrt(3) - 1. */
  public static final int W1 = 0xBB67AE85;

  /** Rounds. */
  public static final int ROUNDS = 10;

  private static final long LOW = 0xFFFFFFFFL;

  private Philox() {}

  /** Word {@code n >= 0} of a seed's stream. */
  public static int word(long seed, long n) {
    int[] words = new int[4];
    block(seed, n >> 2, words);
    return words[(int) n & 3];
  }

  /**
   * The block of which element i of a fill in f64 takes two words: the first two where {@code start
   * + i} is even, else the others. As cuRAND's double calls at that offset have it: 65536 threads
   * draw two blocks each in a row and lay four doubles side by side. No word is taken twice, and
   * none before the block of word {@code start}; how far they reach is what {@link
   * org.initium.Fill#words} counts.
   *
   * @param start where the fill starts in the stream, in words
   */
  public static long blockOfDouble(long start, long i) {
    long group = start + i >> 2; // four doubles of one thread
    long draw = (group >> 16) + (group - (start >> 2) >> 16) + (start + i >> 1 & 1);
    return draw << 16 | group & 0xffff;
  }

  /** Puts the four words of a block in {@code out}. */
  public static void block(long seed, long block, int[] out) {
    block((int) (block >> 16), (int) (block >> 48), (int) block & 0xffff, 0, seed, out);
  }

  /** Puts the four words that the bijection makes of a counter in {@code out}. */
  public static void block(int c0, int c1, int c2, int c3, long key, int[] out) {
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = (c0 & LOW) * M0;
      long p1 = (c2 & LOW) * M1;
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += W0;
      k1 += W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }
}
