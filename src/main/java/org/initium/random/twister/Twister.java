// SPDX-License-Identifier: Apache-2.0
package org.initium.random.twister;

/**
 * Makes words of the Mersenne Twister MT19937, whose state is the last 624 before tempering.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Twister {
  /** Words of a state. */
  int STATE = 624;

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
    Mt19937.forth(s, 0);
    for (int i = 0; i < words.length; i++) {
      words[i] = Mt19937.tempered(s[i + STATE]);
    }
    System.arraycopy(s, words.length, state, 0, STATE);
  }
}
