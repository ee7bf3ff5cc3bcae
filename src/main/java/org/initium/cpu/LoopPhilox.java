package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import org.initium.law.Philox;

/**
 * The words of {@link Philox} by loops that C2 makes vector instructions of: one round a loop,
 * since it leaves larger ones scalar, and a 32-bit word in each 64-bit element, so that the product
 * of two is one instruction. Only the lower halves count until the end.
 */
final class LoopPhilox {
  private static final long LOW = 0xFFFFFFFFL;
  private static final long M0 = Philox.M0 & LOW;
  private static final long M1 = Philox.M1 & LOW;
  private static final long[] IOTA = new long[PhiloxBlocks.MOST];

  static {
    for (int i = 0; i < IOTA.length; i++) {
      IOTA[i] = i;
    }
  }

  private LoopPhilox() {}

  /** Words from the start of n's Philox block on into {@link Block#words}; returns where n is. */
  static int inOrder(long seed, long n, int count, Block out) {
    return PhiloxBlocks.draw(
        seed,
        n,
        count,
        out,
        LoopPhilox::rounds,
        (blocks, done) -> {
          join(out.counters[0], out.counters[1], blocks);
          join(out.counters[2], out.counters[3], blocks);
          interleave(out.counters[0], out.counters[2], blocks, out.couples);
          copy(out.couples, 2 * blocks, out.words, 4 * done);
        });
  }

  /**
   * The first words of pairs into {@link Block#words}, the second into {@link Block#angles}, from
   * the start of n's Philox block on; returns where n is in the order of the stream.
   */
  static int byPairs(long seed, long n, int count, Block out) {
    return PhiloxBlocks.draw(
        seed,
        n,
        count,
        out,
        LoopPhilox::rounds,
        (blocks, done) -> {
          join(out.counters[0], out.counters[2], blocks);
          copy(out.counters[0], blocks, out.words, 2 * done);
          join(out.counters[1], out.counters[3], blocks);
          copy(out.counters[1], blocks, out.angles, 2 * done);
        });
  }

  /** Philox of counters whose word 2 counts up. */
  static void rounds(int c0, int c1, int c2, int c3, long key, int blocks, long[][] counters) {
    long[] x0 = counters[0];
    long[] x1 = counters[1];
    long[] x2 = counters[2];
    long[] x3 = counters[3];
    PhiloxBlocks.Start start = PhiloxBlocks.Start.of(c0, c1, c3, key);
    firstRounds(c2, start.x0(), start.x1(), start.upper(), start.lower(), blocks, counters);
    long k0 = (int) key + Philox.W0;
    long k1 = (int) (key >>> 32) + Philox.W1;
    for (int round = 2; round < Philox.ROUNDS; round++) {
      k0 += Philox.W0;
      k1 += Philox.W1;
      round(k0, k1, blocks, x0, x1, x2, x3);
    }
  }

  private static void firstRounds(
      long c2, long own, long next, long upper, long lower, int blocks, long[][] counters) {
    long[] x0 = counters[0];
    long[] x1 = counters[1];
    long[] x2 = counters[2];
    long[] x3 = counters[3];
    for (int i = 0; i < blocks; i++) {
      long p1 = (IOTA[i] + c2 & LOW) * M1;
      long p0 = ((p1 >>> 32 ^ own) & LOW) * M0;
      x0[i] = p1 ^ upper;
      x1[i] = next;
      x2[i] = p0 >>> 32 ^ lower;
      x3[i] = p0;
    }
  }

  private static void round(
      long k0, long k1, int blocks, long[] x0, long[] x1, long[] x2, long[] x3) {
    for (int i = 0; i < blocks; i++) {
      long p0 = (x0[i] & LOW) * M0;
      long p1 = (x2[i] & LOW) * M1;
      x0[i] = p1 >>> 32 ^ x1[i] ^ k0;
      x1[i] = p1;
      x2[i] = p0 >>> 32 ^ x3[i] ^ k1;
      x3[i] = p0;
    }
  }

  /** The other's lower half above one's own. */
  private static void join(long[] lower, long[] upper, int count) {
    for (int i = 0; i < count; i++) {
      lower[i] = lower[i] & LOW | upper[i] << 32;
    }
  }

  private static void interleave(long[] even, long[] odd, int count, long[] out) {
    for (int i = 0; i < count; i++) {
      out[2 * i] = even[i];
      out[2 * i + 1] = odd[i];
    }
  }

  private static void copy(long[] from, int longs, int[] to, int at) {
    MemorySegment.copy(
        MemorySegment.ofArray(from),
        0,
        MemorySegment.ofArray(to),
        (long) at * Integer.BYTES,
        (long) longs * Long.BYTES);
  }
}
