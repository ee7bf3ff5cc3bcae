// SPDX-License-Identifier: Apache-2.0
package org.initium.random.twister;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.initium.text.ArgumentChecks;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998), seeded by the 2002
 * {@code init_genrand}. A {@link Twister} makes its words, a batch at a time.
 */
final class Mt19937 {
  private static final int STATE = Twister.STATE;
  private static final int BATCH = 2048;

  /** From a word of the state to the one that it meets. */
  private static final int MIDDLE = 397;

  private final int[] state; // what the batch after this one is made of
  private final int[] words; // the batch
  private final TwisterCheckpoints waypoints; // shared with all copies
  private Twister twister = Twister::reference;
  private long batch; // its number; -1 before the first
  private int next; // of the words
  private int start; // before the first batch: words of the first state that had been drawn
  private long skipped; // words after the batch that are not wanted

  private Mt19937(int[] state, int[] words, TwisterCheckpoints waypoints) {
    this.state = state;
    this.words = words;
    this.waypoints = waypoints;
  }

  static Mt19937 seeded(int seed) {
    int[] state = new int[STATE];
    state[0] = seed;
    for (int i = 1; i < state.length; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
    }
    return of(new Block(state, 0));
  }

  /**
   * The state with the words around the next, as PyTorch keeps it, in blocks of 624.
   *
   * @param words of the state
   * @param drawn how many of them have been drawn; 0 if none will be, but those made of them
   */
  record Block(int[] words, int drawn) {}

  /** In a state of PyTorch's. */
  static Mt19937 of(Block block) {
    Mt19937 twister = new Mt19937(block.words.clone(), new int[BATCH], new TwisterCheckpoints());
    twister.batch = -1;
    twister.start = block.drawn;
    int left = block.drawn == 0 ? 0 : STATE - block.drawn;
    twister.next = BATCH - left;
    for (int i = 0; i < left; i++) {
      twister.words[BATCH - left + i] = tempered(block.words[block.drawn + i]);
    }
    return twister;
  }

  /** Where this is, to go on from by {@link #of}. */
  Block block() {
    Mt19937 there = this;
    if (skipped > 0) {
      there = copy();
      there.skipped--;
      there.next(); // so that the word before the next is of the batch
    }
    return there.here();
  }

  private Block here() {
    if (batch < 0) {
      int drawn = next == BATCH && start == 0 ? 0 : STATE - (BATCH - next);
      return new Block(state.clone(), drawn);
    }
    int[] s = new int[STATE + BATCH + STATE]; // before, the batch, and behind it
    for (int i = 0; i < BATCH; i++) {
      s[STATE + i] = untempered(words[i]);
    }
    back(s);
    forth(s, BATCH);
    int drawn = (int) ((batch * BATCH + next - 1) % STATE) + 1;
    int from = STATE + next - drawn;
    return new Block(Arrays.copyOfRange(s, from, from + STATE), drawn);
  }

  Mt19937 copy() {
    Mt19937 copy = new Mt19937(state.clone(), words.clone(), waypoints);
    copy.twister = twister;
    copy.batch = batch;
    copy.next = next;
    copy.start = start;
    copy.skipped = skipped;
    return copy;
  }

  /** Lets another make the words from the next batch on. */
  void use(Twister other) {
    twister = other;
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
    ArgumentChecks.that(
        count - here <= Long.MAX_VALUE - skipped, "words", count, "within 2^63 of what is drawn");
    next += here;
    skipped += count - here;
  }

  int next() {
    if (next == BATCH) {
      refill();
    }
    return words[next++];
  }

  /** The next {@code count} words. */
  void next(MemorySegment target, long count) {
    for (long at = 0; at < count; ) {
      if (next == BATCH) {
        refill();
      }
      int some = (int) Math.min(BATCH - next, count - at);
      MemorySegment.copy(
          words, next, target, ValueLayout.JAVA_INT_UNALIGNED, at * Integer.BYTES, some);
      next += some;
      at += some;
    }
  }

  /** Makes the batch of the next word that is wanted. */
  private void refill() {
    long wanted = batch + 1 + skipped / BATCH;
    next = (int) (skipped % BATCH);
    skipped = 0;
    batch = waypoints.nearest(batch + 1, wanted, state) - 1;
    while (batch < wanted) {
      batch++;
      waypoints.pass(batch, state);
      twister.next(state, words);
    }
  }

  /** A word as it is drawn, of one of the state. */
  static int tempered(int word) {
    int y = word ^ word >>> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return y ^ y >>> 18;
  }

  /** The word of the state that is drawn as this. */
  private static int untempered(int word) {
    int y = word ^ word >>> 18;
    y ^= y << 15 & 0xefc60000;
    int seven = y; // each turn has seven more bits right
    for (int turn = 0; turn < 4; turn++) {
      seven = y ^ seven << 7 & 0x9d2c5680;
    }
    int eleven = seven ^ seven >>> 11;
    return seven ^ eleven >>> 11;
  }

  /** Makes the words from {@code s[from + STATE]} on of those before them. */
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
   */
  private static void back(int[] s) {
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
