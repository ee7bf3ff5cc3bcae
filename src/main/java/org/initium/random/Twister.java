// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

/**
 * Makes words of the Mersenne Twister MT19937, whose state is the last 624 before tempering.
 *
 * @since 0.1.0
 */
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
   * @param state 624 words, of this moment before and after
   */
  void next(int[] state, int[] words);

  /**
   * The definition: each word is made of three before it, and tempered.
   *
   * @param state 624 words, of this moment before and after
   * @param words what is made
   */
  static void reference(int[] state, int[] words) {
    int[] s = new int[STATE + words.length];
    System.arraycopy(state, 0, s, 0, STATE);
    forth(s, 0);
    for (int i = 0; i < words.length; i++) {
      words[i] = tempered(s[i + STATE]);
    }
    System.arraycopy(s, words.length, state, 0, STATE);
  }

  /**
   * {@return a word as it is drawn, of one of the state}
   *
   * @param word of the state
   */
  static int tempered(int word) {
    int y = word ^ word >>> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return y ^ y >>> 18;
  }

  /**
   * {@return the word of the state that is drawn as {@code word}}
   *
   * @param word that was drawn
   */
  static int untempered(int word) {
    int y = word ^ word >>> 18;
    y ^= y << 15 & 0xefc60000;
    int seven = y; // each turn has seven more bits right
    for (int turn = 0; turn < 4; turn++) {
      seven = y ^ seven << 7 & 0x9d2c5680;
    }
    int eleven = seven ^ seven >>> 11;
    return seven ^ eleven >>> 11;
  }

  /**
   * Makes the words from {@code s[from + STATE]} on of those before them.
   *
   * @param s a state and what follows it
   * @param from the first word that is made, less a state
   */
  static void forth(int[] s, int from) {
    for (int i = from; i < s.length - STATE; i++) {
      int y = s[i] & 0x80000000 | s[i + 1] & 0x7fffffff;
      s[i + STATE] = s[i + MIDDLE] ^ y >>> 1 ^ -(y & 1) & 0x9908b0df;
    }
  }

  /**
   * Turns back: puts in {@code s[0]} to {@code s[STATE - 1]} what the words from {@code s[STATE]}
   * to {@code s[2 * STATE - 1]} were made of. Of the first, the lower 31 bits are found by the word
   * that was made before these.
   *
   * @param s two states, of which the second is known
   */
  static void back(int[] s) {
    for (int i = STATE - 1; i >= -1; i--) {
      int t = s[i + STATE] ^ s[i + MIDDLE];
      int y = t < 0 ? (t ^ 0x9908b0df) << 1 | 1 : t << 1;
      s[i + 1] |= y & 0x7fffffff;
      if (i >= 0) {
        s[i] = y & 0x80000000;
      }
    }
  }
}
