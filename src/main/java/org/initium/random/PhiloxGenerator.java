// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import org.initium.text.ArgumentChecks;

/**
 * Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11): word n of
 * seed s is a function of (s, n), laid out as cuRAND's CURAND_RNG_PSEUDO_PHILOX4_32_10 on the host
 * API. The offset counts 32-bit words.
 *
 * @since 0.1.0
 */
public final class PhiloxGenerator implements Generator {
  private static final long serialVersionUID = 1;

  private final long seed;
  private long offset;

  PhiloxGenerator(long seed, long offset) {
    ArgumentChecks.that(offset >= 0, "offset", offset, "0 or more");
    this.seed = seed;
    this.offset = offset;
  }

  @Override
  public long seed() {
    return seed;
  }

  /** {@return the word that the next fill starts at} */
  public synchronized long offset() {
    return offset;
  }

  /**
   * Takes words and moves on.
   *
   * @param words how many, 0 or more
   * @return the offset of the first
   * @throws IllegalStateException if the stream's 2^63 words are used up
   */
  public synchronized long take(long words) {
    ArgumentChecks.that(words >= 0, "words", words, "0 or more");
    long start = offset;
    if (words > Long.MAX_VALUE - start) {
      throw new IllegalStateException(
          "the generator at offset " + start + " has no " + words + " words left of its 2^63");
    }
    offset = start + words;
    return start;
  }

  @Override
  public PhiloxGenerator withSeed(long other) {
    return new PhiloxGenerator(other, 0);
  }

  @Override
  public void advance(long words) {
    try {
      take(words);
    } catch (IllegalStateException e) { // what a fill is told, of whose words nobody knows
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public PhiloxGenerator copy() {
    return new PhiloxGenerator(seed, offset());
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (offset < 0) {
      throw new InvalidObjectException("offset = " + offset + " is no place in a stream of words");
    }
  }

  @Override
  public String toString() {
    return "philox(seed=" + Long.toUnsignedString(seed) + ", offset=" + offset() + ")";
  }
}
