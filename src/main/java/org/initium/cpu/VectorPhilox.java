package org.initium.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.initium.law.Philox;

/**
 * The words of {@link Philox} with the Vector API: a 32-bit word in each 64-bit lane, so that the
 * product of two is one instruction. Only the lower halves of the lanes count.
 */
final class VectorPhilox {
  static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  static final int LANES = LONGS.length();

  static final long LOW = 0xFFFFFFFFL;
  private static final long M0 = Philox.M0 & LOW;
  private static final long M1 = Philox.M1 & LOW;
  private static final long W0 = Philox.W0;
  private static final long W1 = Philox.W1;

  /** Vectors of blocks under way at once: one alone waits for its products most of the time. */
  private static final int GROUPS = 4;

  private static final long[] IOTA = new long[PhiloxBlocks.MOST + Block.SLACK];

  /** Each lane of the lower (upper) half twice. */
  private static final VectorShuffle<Long> LOWER = VectorShuffle.fromOp(LONGS, i -> i / 2);

  private static final VectorShuffle<Long> UPPER =
      VectorShuffle.fromOp(LONGS, i -> (i + LANES) / 2);
  private static final VectorMask<Long> ODD = VectorMask.fromLong(LONGS, 0xAAAAAAAAAAAAAAAAL);

  static {
    for (int i = 0; i < IOTA.length; i++) {
      IOTA[i] = i;
    }
  }

  private VectorPhilox() {}

  /** Words from the start of n's Philox block on, in order; returns where n is. */
  static int inOrder(long seed, long n, int count, Block out) {
    return PhiloxBlocks.draw(
        seed,
        n,
        count,
        out,
        VectorPhilox::rounds,
        (blocks, done) -> inOrder(out.counters, blocks, out.words, 4 * done));
  }

  /**
   * Words {@code n + places[i]} of the stream.
   *
   * @param places ascending
   */
  static void at(long seed, long n, int[] places, int count, int[] out, Block block) {
    long[] second = block.couples;
    for (int done = 0; done < count; ) {
      long upper = n + places[done] >> 18;
      int some = 0;
      for (int i = done; i < count && some < PhiloxBlocks.MOST; i++) {
        long word = n + places[i];
        if (word >> 18 != upper) {
          break;
        }
        second[some++] = word >> 2 & 0xffff;
      }
      rounds((int) upper, (int) (upper >> 32), 0, 0, seed, second, some, block.counters);
      for (int i = 0; i < some; i++) {
        out[done + i] = (int) block.counters[(int) (n + places[done + i]) & 3][i];
      }
      done += some;
    }
  }

  /** Philox of counters whose word 2 counts up. */
  static void rounds(int c0, int c1, int c2, int c3, long key, int blocks, long[][] counters) {
    rounds(c0, c1, c2, c3, key, IOTA, blocks, counters);
  }

  /** Philox of counters whose word 2 is more than c2 by as much as an array says. */
  private static void rounds(
      int c0, int c1, int c2, int c3, long key, long[] more, int blocks, long[][] counters) {
    PhiloxBlocks.Start start = PhiloxBlocks.Start.of(c0, c1, c3, key);
    LongVector own = all(start.x0() << 32);
    LongVector next = all(start.x1());
    LongVector upper = all(start.upper());
    LongVector lower = all(start.lower());
    LongVector first0 = all((int) key + 2 * W0);
    LongVector first1 = all((int) (key >>> 32) + 2 * W1);
    // C2 makes vpmuludq of a product whose two factors are masked, the constant one too, or shifted
    LongVector low = all(LOW);
    LongVector m0 = all(M0).and(low);
    LongVector m1 = all(M1).and(low);
    LongVector w0 = all(W0);
    LongVector w1 = all(W1);
    LongVector second = all(c2);
    // as little as possible for C2 to inline: it gives up before the fifth group
    long[] x0 = counters[0];
    long[] x1 = counters[1];
    long[] x2 = counters[2];
    long[] x3 = counters[3];
    for (int i = 0; i < blocks; i += GROUPS * LANES) {
      LongVector p = LongVector.fromArray(LONGS, more, i).add(second).and(low).mul(m1);
      LongVector q = p.lanewise(XOR, own).lanewise(LSHR, 32).mul(m0);
      LongVector a0 = p.lanewise(XOR, upper);
      LongVector a1 = next;
      LongVector a2 = q.lanewise(LSHR, 32).lanewise(XOR, lower);
      LongVector a3 = q;
      p = LongVector.fromArray(LONGS, more, i + LANES).add(second).and(low).mul(m1);
      q = p.lanewise(XOR, own).lanewise(LSHR, 32).mul(m0);
      LongVector b0 = p.lanewise(XOR, upper);
      LongVector b1 = next;
      LongVector b2 = q.lanewise(LSHR, 32).lanewise(XOR, lower);
      LongVector b3 = q;
      p = LongVector.fromArray(LONGS, more, i + 2 * LANES).add(second).and(low).mul(m1);
      q = p.lanewise(XOR, own).lanewise(LSHR, 32).mul(m0);
      LongVector d0 = p.lanewise(XOR, upper);
      LongVector d1 = next;
      LongVector d2 = q.lanewise(LSHR, 32).lanewise(XOR, lower);
      LongVector d3 = q;
      p = LongVector.fromArray(LONGS, more, i + 3 * LANES).add(second).and(low).mul(m1);
      q = p.lanewise(XOR, own).lanewise(LSHR, 32).mul(m0);
      LongVector e0 = p.lanewise(XOR, upper);
      LongVector e1 = next;
      LongVector e2 = q.lanewise(LSHR, 32).lanewise(XOR, lower);
      LongVector e3 = q;
      LongVector k0 = first0;
      LongVector k1 = first1;
      for (int round = 2; round < Philox.ROUNDS; round++) {
        p = a2.and(low).mul(m1);
        q = a0.and(low).mul(m0);
        a0 = p.lanewise(LSHR, 32).lanewise(XOR, a1).lanewise(XOR, k0);
        a2 = q.lanewise(LSHR, 32).lanewise(XOR, a3).lanewise(XOR, k1);
        a1 = p;
        a3 = q;
        p = b2.and(low).mul(m1);
        q = b0.and(low).mul(m0);
        b0 = p.lanewise(LSHR, 32).lanewise(XOR, b1).lanewise(XOR, k0);
        b2 = q.lanewise(LSHR, 32).lanewise(XOR, b3).lanewise(XOR, k1);
        b1 = p;
        b3 = q;
        p = d2.and(low).mul(m1);
        q = d0.and(low).mul(m0);
        d0 = p.lanewise(LSHR, 32).lanewise(XOR, d1).lanewise(XOR, k0);
        d2 = q.lanewise(LSHR, 32).lanewise(XOR, d3).lanewise(XOR, k1);
        d1 = p;
        d3 = q;
        p = e2.and(low).mul(m1);
        q = e0.and(low).mul(m0);
        e0 = p.lanewise(LSHR, 32).lanewise(XOR, e1).lanewise(XOR, k0);
        e2 = q.lanewise(LSHR, 32).lanewise(XOR, e3).lanewise(XOR, k1);
        e1 = p;
        e3 = q;
        k0 = k0.add(w0);
        k1 = k1.add(w1);
      }
      a0.intoArray(x0, i);
      a1.intoArray(x1, i);
      a2.intoArray(x2, i);
      a3.intoArray(x3, i);
      b0.intoArray(x0, i + LANES);
      b1.intoArray(x1, i + LANES);
      b2.intoArray(x2, i + LANES);
      b3.intoArray(x3, i + LANES);
      d0.intoArray(x0, i + 2 * LANES);
      d1.intoArray(x1, i + 2 * LANES);
      d2.intoArray(x2, i + 2 * LANES);
      d3.intoArray(x3, i + 2 * LANES);
      e0.intoArray(x0, i + 3 * LANES);
      e1.intoArray(x1, i + 3 * LANES);
      e2.intoArray(x2, i + 3 * LANES);
      e3.intoArray(x3, i + 3 * LANES);
    }
  }

  private static LongVector all(long value) {
    return LongVector.broadcast(LONGS, value);
  }

  /** Words 0 to 3 of each counter in a row. */
  static void inOrder(long[][] counters, int blocks, int[] out, int at) {
    for (int i = 0; i < blocks; i += LANES) {
      LongVector first = joined(counters[0], counters[1], i).reinterpretAsLongs();
      LongVector second = joined(counters[2], counters[3], i).reinterpretAsLongs();
      first
          .rearrange(LOWER)
          .blend(second.rearrange(LOWER), ODD)
          .reinterpretAsInts()
          .intoArray(out, at + 4 * i);
      first
          .rearrange(UPPER)
          .blend(second.rearrange(UPPER), ODD)
          .reinterpretAsInts()
          .intoArray(out, at + 4 * i + 2 * LANES);
    }
  }

  /** The words of two arrays of counters side by side. */
  static IntVector joined(long[] even, long[] odd, int i) {
    return LongVector.fromArray(LONGS, even, i)
        .and(LOW)
        .or(LongVector.fromArray(LONGS, odd, i).lanewise(LSHL, 32))
        .reinterpretAsInts();
  }
}
