package org.initium.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.initium.law.Philox;

/**
 * The words of {@link Philox} with the Vector API: a 32-bit word in each 64-bit lane, so that the
 * product of two is one instruction.
 */
final class VectorPhilox {
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  /** Philox blocks under way at a time. */
  private static final int BLOCKS = Block.SIZE / 4;

  private static final long LOW = 0xFFFFFFFFL;
  private static final long M0 = Philox.M0 & LOW;
  private static final long M1 = Philox.M1 & LOW;
  private static final long[] IOTA = new long[BLOCKS + Block.SLACK];

  /** Each lane of the lower (upper) half twice. */
  private static final VectorShuffle<Long> LOWER = VectorShuffle.fromOp(LONGS, i -> i / 2);

  private static final VectorShuffle<Long> UPPER =
      VectorShuffle.fromOp(LONGS, i -> (i + LONGS.length()) / 2);
  private static final VectorMask<Long> ODD = VectorMask.fromLong(LONGS, 0xAAAAAAAAAAAAAAAAL);

  static {
    for (int i = 0; i < IOTA.length; i++) {
      IOTA[i] = i;
    }
  }

  private VectorPhilox() {}

  /** The keys of the rounds, two each. */
  static long[] keys(long seed) {
    long[] keys = new long[2 * Philox.ROUNDS];
    for (int round = 0; round < Philox.ROUNDS; round++) {
      keys[2 * round] = (int) seed + round * Philox.W0 & LOW;
      keys[2 * round + 1] = (int) (seed >>> 32) + round * Philox.W1 & LOW;
    }
    return keys;
  }

  /** Words from the start of n's Philox block on, in order or by pairs; returns where n is. */
  static int draw(long[] keys, long n, int count, Block out, boolean pairs) {
    int begin = (int) (n & 3);
    int blocks = begin + count + 3 >> 2;
    for (int done = 0; done < blocks; ) {
      long block = (n >> 2) + done;
      // the counter's words 0 and 1 are the same for 65536 blocks
      int some = (int) Math.min(Math.min(BLOCKS, blocks - done), 65536 - (block & 0xffff));
      int c2 = (int) block & 0xffff;
      rounds((int) (block >> 16), (int) (block >> 48), c2, 0, keys, some, out.counters);
      if (pairs) {
        pairs(out.counters, some, out.words, out.angles, 2 * done);
      } else {
        inOrder(out.counters, some, out.words, 4 * done);
      }
      done += some;
    }
    return begin;
  }

  /** Philox of counters whose word 2 counts up. */
  static void rounds(int c0, int c1, int c2, int c3, long[] keys, int blocks, long[][] counters) {
    firstRounds(c0, c1, c2, c3, keys, blocks, counters);
    threeRounds(4, keys, blocks, counters);
    threeRounds(7, keys, blocks, counters);
  }

  /** Rounds 0 to 3; half of the first two is the same for all. */
  private static void firstRounds(
      int c0, int c1, int c2, int c3, long[] keys, int blocks, long[][] counters) {
    long[] s0 = counters[0];
    long[] s1 = counters[1];
    long[] s2 = counters[2];
    long[] s3 = counters[3];
    long product = (c0 & LOW) * M0;
    long next = ((product >>> 32 ^ c3 ^ keys[1]) & LOW) * M1;
    long a = (c1 ^ keys[0]) & LOW;
    long b = (next >>> 32 ^ keys[2]) & LOW;
    long c = (product ^ keys[3]) & LOW;
    long d = (next ^ keys[4]) & LOW;
    long k5 = keys[5];
    long k6 = keys[6];
    long k7 = keys[7];
    for (int i = 0; i < blocks; i += LONGS.length()) {
      LongVector p1 =
          LongVector.fromArray(LONGS, IOTA, i)
              .add(c2)
              .and(LOW)
              .mul(LongVector.broadcast(LONGS, M1).and(LOW));
      LongVector p0 =
          p1.lanewise(LSHR, 32)
              .lanewise(XOR, a)
              .and(LOW)
              .mul(LongVector.broadcast(LONGS, M0).and(LOW));
      LongVector x0 = p1.lanewise(XOR, b);
      LongVector x2 = p0.lanewise(LSHR, 32).lanewise(XOR, c);
      LongVector x3 = p0;
      p0 = x0.and(LOW).mul(LongVector.broadcast(LONGS, M0).and(LOW));
      p1 = x2.and(LOW).mul(LongVector.broadcast(LONGS, M1).and(LOW));
      x0 = p1.lanewise(LSHR, 32).lanewise(XOR, d);
      x2 = p0.lanewise(LSHR, 32).lanewise(XOR, x3).lanewise(XOR, k5);
      LongVector x1 = p1;
      x3 = p0;
      p0 = x0.and(LOW).mul(LongVector.broadcast(LONGS, M0).and(LOW));
      p1 = x2.and(LOW).mul(LongVector.broadcast(LONGS, M1).and(LOW));
      p1.lanewise(LSHR, 32).lanewise(XOR, x1).lanewise(XOR, k6).intoArray(s0, i);
      p1.intoArray(s1, i);
      p0.lanewise(LSHR, 32).lanewise(XOR, x3).lanewise(XOR, k7).intoArray(s2, i);
      p0.intoArray(s3, i);
    }
  }

  /** Three rounds from the given one on. Only the lower halves of the lanes count. */
  private static void threeRounds(int round, long[] keys, int blocks, long[][] counters) {
    long[] s0 = counters[0];
    long[] s1 = counters[1];
    long[] s2 = counters[2];
    long[] s3 = counters[3];
    long k0 = keys[2 * round];
    long k1 = keys[2 * round + 1];
    long k2 = keys[2 * round + 2];
    long k3 = keys[2 * round + 3];
    long k4 = keys[2 * round + 4];
    long k5 = keys[2 * round + 5];
    for (int i = 0; i < blocks; i += LONGS.length()) {
      LongVector x0 = LongVector.fromArray(LONGS, s0, i);
      LongVector x1 = LongVector.fromArray(LONGS, s1, i);
      LongVector x2 = LongVector.fromArray(LONGS, s2, i);
      LongVector x3 = LongVector.fromArray(LONGS, s3, i);
      // C2 makes vpmuludq of a product whose two factors are masked, the constant one too
      LongVector p0 = x0.and(LOW).mul(LongVector.broadcast(LONGS, M0).and(LOW));
      LongVector p1 = x2.and(LOW).mul(LongVector.broadcast(LONGS, M1).and(LOW));
      x0 = p1.lanewise(LSHR, 32).lanewise(XOR, x1).lanewise(XOR, k0);
      x2 = p0.lanewise(LSHR, 32).lanewise(XOR, x3).lanewise(XOR, k1);
      x1 = p1;
      x3 = p0;
      p0 = x0.and(LOW).mul(LongVector.broadcast(LONGS, M0).and(LOW));
      p1 = x2.and(LOW).mul(LongVector.broadcast(LONGS, M1).and(LOW));
      x0 = p1.lanewise(LSHR, 32).lanewise(XOR, x1).lanewise(XOR, k2);
      x2 = p0.lanewise(LSHR, 32).lanewise(XOR, x3).lanewise(XOR, k3);
      x1 = p1;
      x3 = p0;
      p0 = x0.and(LOW).mul(LongVector.broadcast(LONGS, M0).and(LOW));
      p1 = x2.and(LOW).mul(LongVector.broadcast(LONGS, M1).and(LOW));
      p1.lanewise(LSHR, 32).lanewise(XOR, x1).lanewise(XOR, k4).intoArray(s0, i);
      p1.intoArray(s1, i);
      p0.lanewise(LSHR, 32).lanewise(XOR, x3).lanewise(XOR, k5).intoArray(s2, i);
      p0.intoArray(s3, i);
    }
  }

  /** Words 0 and 2 of each counter to x, words 1 and 3 to y. */
  private static void pairs(long[][] counters, int blocks, int[] x, int[] y, int at) {
    for (int i = 0; i < blocks; i += LONGS.length()) {
      joined(counters[0], counters[2], i).reinterpretAsInts().intoArray(x, at + 2 * i);
      joined(counters[1], counters[3], i).reinterpretAsInts().intoArray(y, at + 2 * i);
    }
  }

  /** Words 0 to 3 of each counter in a row. */
  private static void inOrder(long[][] counters, int blocks, int[] out, int at) {
    for (int i = 0; i < blocks; i += LONGS.length()) {
      LongVector first = joined(counters[0], counters[1], i);
      LongVector second = joined(counters[2], counters[3], i);
      first
          .rearrange(LOWER)
          .blend(second.rearrange(LOWER), ODD)
          .reinterpretAsInts()
          .intoArray(out, at + 4 * i);
      first
          .rearrange(UPPER)
          .blend(second.rearrange(UPPER), ODD)
          .reinterpretAsInts()
          .intoArray(out, at + 4 * i + 2 * LONGS.length());
    }
  }

  private static LongVector joined(long[] lower, long[] upper, int i) {
    return LongVector.fromArray(LONGS, lower, i)
        .and(LOW)
        .or(LongVector.fromArray(LONGS, upper, i).lanewise(LSHL, 32));
  }
}
