package org.initium;

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
  private static final int BATCH = 2048;

  private final int[] sequence; // the state, and room for a batch
  private final int[] words; // the batch, tempered
  private int next; // of the words

  private Mt19937(int[] sequence, int[] words, int next) {
    this.sequence = sequence;
    this.words = words;
    this.next = next;
  }

  static Mt19937 seeded(int seed) {
    int[] sequence = new int[N + BATCH];
    sequence[0] = seed;
    for (int i = 1; i < N; i++) {
      sequence[i] = 1812433253 * (sequence[i - 1] ^ sequence[i - 1] >>> 30) + i;
    }
    return new Mt19937(sequence, new int[BATCH], BATCH);
  }

  Mt19937 copy() {
    return new Mt19937(sequence.clone(), words.clone(), next);
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

  private void refill() {
    twist(sequence);
    temper(sequence, words);
    System.arraycopy(sequence, BATCH, sequence, 0, N);
    next = 0;
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
