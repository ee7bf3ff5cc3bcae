package org.initium.random;

/** Makes words of the Mersenne Twister MT19937, whose state is the last 624 before tempering. */
@FunctionalInterface
public interface Twister {
  /** Words of a state. */
  int STATE = 624;

  /** From a word of the state to the one that it meets. */
  int MIDDLE = 397;

  /**
   * Makes the next words, and leaves in {@code state} what those behind them are made of.
   *
   * @param words as many as there is room for; at least a state
   */
  void next(int[] state, int[] words);

  /** The definition: each word is made of three before it, and tempered. */
  static void reference(int[] state, int[] words) {
    int[] s = new int[STATE + words.length];
    System.arraycopy(state, 0, s, 0, STATE);
    for (int i = 0; i < words.length; i++) {
      int y = s[i] & 0x80000000 | s[i + 1] & 0x7fffffff;
      s[i + STATE] = s[i + MIDDLE] ^ y >>> 1 ^ -(y & 1) & 0x9908b0df;
      words[i] = tempered(s[i + STATE]);
    }
    System.arraycopy(s, words.length, state, 0, STATE);
  }

  private static int tempered(int word) {
    int y = word ^ word >>> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return y ^ y >>> 18;
  }
}
