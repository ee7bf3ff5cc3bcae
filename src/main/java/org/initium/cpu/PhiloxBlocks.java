package org.initium.cpu;

import org.initium.law.Philox;

/** Runs of the stream's Philox blocks, some at a time. */
final class PhiloxBlocks {
  /**
   * Philox blocks under way at a time. Their values reach memory in one burst, 2 KB in f32: the
   * stores wait in the processor's buffers while the next blocks are computed. Bursts of 8 KB did
   * not fit: of 1e7 uniforms they cost 29 % of the time, of normals 13 % (an Intel Xeon).
   */
  static final int MOST = 128;

  private PhiloxBlocks() {}

  /** Makes Philox of counters whose word 2 counts up, each word in the lower half of a long. */
  @FunctionalInterface
  interface Rounds {
    void compute(int c0, int c1, int c2, int c3, long key, int blocks, long[][] counters);
  }

  /** Takes so many blocks' words from {@link Block#counters}, behind those of so many others. */
  @FunctionalInterface
  interface Sink {
    void take(int blocks, int done);
  }

  /** All blocks with one of {@code count} words from position n on; returns where n is in them. */
  static int draw(long seed, long n, int count, Block out, Rounds rounds, Sink sink) {
    int begin = (int) (n & 3);
    int blocks = begin + count + 3 >> 2;
    for (int done = 0; done < blocks; ) {
      long block = (n >> 2) + done;
      // the counter's words 0 and 1 are the same for 65536 blocks
      int some = (int) Math.min(Math.min(MOST, blocks - done), 65536 - (block & 0xffff));
      int c2 = (int) block & 0xffff;
      rounds.compute((int) (block >> 16), (int) (block >> 48), c2, 0, seed, some, out.counters);
      sink.take(some, done);
      done += some;
    }
    return begin;
  }

  /** Half of the first two rounds is the same for all counters of a run: what it comes to. */
  record Start(long x0, long x1, long upper, long lower) {
    private static final long LOW = 0xFFFFFFFFL;

    /**
     * In the notation of {@code c0' = hi(M1 c2) ^ c1 ^ k0, c1' = lo(M1 c2), c2' = hi(M0 c0) ^ c3 ^
     * k1, c3' = lo(M0 c0)}: after round 0, c0 is the upper half of c2's product with x0; after
     * round 1, c0 is the lower half of that product with {@code upper}, c1 is x1, and c2 the upper
     * half of the second product with {@code lower}.
     */
    static Start of(int c0, int c1, int c3, long key) {
      long k0 = (int) key;
      long k1 = (int) (key >>> 32);
      long product = (c0 & LOW) * (Philox.M0 & LOW);
      long next = ((product >>> 32 ^ c3 ^ k1) & LOW) * (Philox.M1 & LOW);
      return new Start(c1 ^ k0, next, next >>> 32 ^ k0 + Philox.W0, product ^ k1 + Philox.W1);
    }
  }
}
