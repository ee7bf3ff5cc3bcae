package org.initium;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998), seeded by the 2002
 * {@code init_genrand}.
 *
 * <p>Words are made 624 at a time by loops without a branch, which the JIT compiler turns into SIMD
 * code.
 */
final class Mt19937 {
  private static final int N = 624;
  private static final int M = 397;

  private final int[] state;
  private final int[] words;
  private int next;

  private Mt19937(int[] state, int[] words, int next) {
    this.state = state;
    this.words = words;
    this.next = next;
  }

  static Mt19937 seeded(int seed) {
    int[] state = new int[N];
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
    }
    return new Mt19937(state, new int[N], N);
  }

  Mt19937 copy() {
    return new Mt19937(state.clone(), words.clone(), next);
  }

  int next() {
    if (next == N) {
      twist(state);
      temper(state, words, 0);
      next = 0;
    }
    return words[next++];
  }

  /** The next {@code to - from} words. */
  void next(int[] target, int from, int to) {
    int at = from;
    int kept = Math.min(N - next, to - at);
    System.arraycopy(words, next, target, at, kept);
    next += kept;
    at += kept;
    while (to - at >= N) {
      twist(state);
      temper(state, target, at);
      at += N;
    }
    if (at < to) {
      twist(state);
      temper(state, words, 0);
      next = to - at;
      System.arraycopy(words, 0, target, at, next);
    }
  }

  /** The recurrence; each loop reads no element that it has written. */
  private static void twist(int[] s) {
    for (int i = 0; i < N - M; i++) {
      s[i] = s[i + M] ^ mixed(s[i], s[i + 1]);
    }
    for (int i = N - M; i < 2 * (N - M); i++) {
      s[i] = s[i - (N - M)] ^ mixed(s[i], s[i + 1]);
    }
    for (int i = 2 * (N - M); i < N - 1; i++) {
      s[i] = s[i - (N - M)] ^ mixed(s[i], s[i + 1]);
    }
    s[N - 1] = s[M - 1] ^ mixed(s[N - 1], s[0]);
  }

  private static int mixed(int upper, int lower) {
    return (upper & 0x80000000 | lower & 0x7fffffff) >>> 1 ^ -(lower & 1) & 0x9908b0df;
  }

  private static void temper(int[] s, int[] target, int at) {
    for (int i = 0; i < N; i++) {
      int y = s[i];
      y ^= y >>> 11;
      y ^= y << 7 & 0x9d2c5680;
      y ^= y << 15 & 0xefc60000;
      target[at + i] = y ^ y >>> 18;
    }
  }
}
