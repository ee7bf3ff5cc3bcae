package org.initium.random;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998), seeded by the 2002
 * {@code init_genrand}.
 *
 * <p>Its state is the last 624 words of a sequence, before they are tempered. A batch of new words
 * is written behind them, so that no loop writes over what it reads, and the JIT compiler turns all
 * of them into SIMD code.
 */
final class Mt19937 {
  private static final int N = 624;
  private static final int M = 397;
  static final int BATCH = 2048;

  private final int[] sequence; // the state before a batch, and the batch
  private final int[] words; // the batch, tempered
  private final Waypoints waypoints; // shared with all copies
  private long batch; // its number; -1 before the first
  private int next; // of the words
  private long skipped; // words after the batch that are not wanted

  private Mt19937(int[] sequence, int[] words, Waypoints waypoints) {
    this.sequence = sequence;
    this.words = words;
    this.waypoints = waypoints;
  }

  static Mt19937 seeded(int seed) {
    int[] sequence = new int[N + BATCH];
    sequence[BATCH] = seed;
    for (int i = BATCH + 1; i < BATCH + N; i++) {
      sequence[i] = 1812433253 * (sequence[i - 1] ^ sequence[i - 1] >>> 30) + i - BATCH;
    }
    Mt19937 twister = new Mt19937(sequence, new int[BATCH], new Waypoints());
    twister.batch = -1;
    twister.next = BATCH;
    return twister;
  }

  Mt19937 copy() {
    Mt19937 copy = new Mt19937(sequence.clone(), words.clone(), waypoints);
    copy.batch = batch;
    copy.next = next;
    copy.skipped = skipped;
    return copy;
  }

  /** How many words this twister and its copies have made. */
  long made() {
    return waypoints.batches() * BATCH;
  }

  /**
   * Moves past so many words. They are made when a word behind them is asked for, as far as no copy
   * has come by on its way.
   */
  void skip(long count) {
    int here = (int) Math.min(BATCH - next, count);
    next += here;
    skipped += count - here;
  }

  int next() {
    if (next == BATCH) {
      refill();
    }
    return words[next++];
  }

  /** The next {@code to - from} words. */
  void next(int[] target, int from, int to) {
    int at = from;
    while (at < to) {
      if (next == BATCH) {
        refill();
      }
      int count = Math.min(BATCH - next, to - at);
      System.arraycopy(words, next, target, at, count);
      next += count;
      at += count;
    }
  }

  /** Makes the batch of the next word that is wanted. */
  private void refill() {
    long wanted = batch + 1 + skipped / BATCH;
    next = (int) (skipped % BATCH);
    skipped = 0;
    batch = waypoints.nearest(batch + 1, wanted, sequence, BATCH) - 1;
    while (batch < wanted) {
      System.arraycopy(sequence, BATCH, sequence, 0, N);
      batch++;
      waypoints.pass(batch, sequence, N);
      twist(sequence);
    }
    temper(sequence, words);
  }

  /** The recurrence: each word of three before it. */
  private static void twist(int[] s) {
    for (int i = 0; i < BATCH; i++) {
      int y = s[i] & 0x80000000 | s[i + 1] & 0x7fffffff;
      s[i + N] = s[i + M] ^ y >>> 1 ^ -(y & 1) & 0x9908b0df;
    }
  }

  private static void temper(int[] s, int[] target) {
    for (int i = 0; i < BATCH; i++) {
      int y = s[i + N];
      y ^= y >>> 11;
      y ^= y << 7 & 0x9d2c5680;
      y ^= y << 15 & 0xefc60000;
      target[i] = y ^ y >>> 18;
    }
  }
}
