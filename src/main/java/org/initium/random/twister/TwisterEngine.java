// SPDX-License-Identifier: Apache-2.0
package org.initium.random.twister;

import java.lang.foreign.MemorySegment;

/**
 * What PyTorch's generator of the CPU moves: an MT19937, and the second half of a pair of normals
 * that a draw of one value leaves behind (at::CPUGeneratorImpl). Fills draw by it; who holds a
 * generator sees it by {@code advance} and {@code state}.
 */
public final class TwisterEngine {
  private final Mt19937 twister;
  private double cachedNormal; // NaN where there is none

  private TwisterEngine(Mt19937 twister, double cachedNormal) {
    this.twister = twister;
    this.cachedNormal = cachedNormal;
  }

  /** {@return one at its start} PyTorch takes the seed's lower 32 bits. */
  public static TwisterEngine seeded(long seed) {
    return new TwisterEngine(Mt19937.seeded((int) seed), Double.NaN);
  }

  /** {@return one that goes on where a state of PyTorch's is} */
  public static TwisterEngine of(TorchState state) {
    return new TwisterEngine(Mt19937.of(state.block()), state.normal());
  }

  /**
   * Where this is, in PyTorch's form.
   *
   * @param seed of the generator
   */
  public TorchState state(long seed) {
    return new TorchState(seed, twister.block(), cachedNormal);
  }

  /** {@return one in the same state, which moves on its own} */
  public TwisterEngine copy() {
    return new TwisterEngine(twister.copy(), cachedNormal);
  }

  /** {@return the next two words, the first in the upper half} */
  public long nextLong() {
    long upper = twister.next();
    return upper << 32 | twister.next() & 0xffffffffL;
  }

  /**
   * Puts the next words at the start of a segment, in the order of this machine's bytes.
   *
   * @param target at least 4 bytes for each word
   * @param count how many
   */
  public void nextInts(MemorySegment target, long count) {
    twister.next(target, count);
  }

  /**
   * Moves past the next words. It costs next to nothing until a word behind them is asked for, and
   * then those words are not made that a copy has made not long ago.
   *
   * @param words 0 or more
   */
  public void skip(long words) {
    twister.skip(words);
  }

  /**
   * Lets a backend's code make the words that this and its later copies draw.
   *
   * @param words what makes them, the same as {@link Twister#reference} would
   */
  public void use(Twister words) {
    twister.use(words);
  }

  /** {@return how many words this and its copies have made, those that nobody asked for too} */
  public long made() {
    return twister.made();
  }

  /**
   * {@return the standard normal that the last draw of one value left behind, once} NaN if there is
   * none.
   */
  public double takeNormal() {
    double taken = cachedNormal;
    cachedNormal = Double.NaN;
    return taken;
  }

  /**
   * Leaves a standard normal behind for the next draw of one value.
   *
   * @param value the other value of the pair
   */
  public void cacheNormal(double value) {
    cachedNormal = value;
  }
}
