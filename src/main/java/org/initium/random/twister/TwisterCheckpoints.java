// SPDX-License-Identifier: Apache-2.0
package org.initium.random.twister;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * States that a Mersenne Twister or a copy of it has been in, by the number of the batch of words
 * that came next: a copy that has to go as far starts from there. The last {@value #KEPT} are kept,
 * of every {@value #DISTANCE}th batch.
 */
final class TwisterCheckpoints {
  private static final int DISTANCE = 512;
  private static final int KEPT = 256;

  private final AtomicLong batches = new AtomicLong();
  private final Map<Long, int[]> states =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, int[]> eldest) {
          return size() > KEPT;
        }
      };

  /** How many batches have been made. */
  long batches() {
    return batches.get();
  }

  /** A batch is made of that state. */
  void pass(long batch, int[] state) {
    batches.incrementAndGet();
    if (batch % DISTANCE == 0) {
      synchronized (states) {
        states.put(batch, state.clone());
      }
    }
  }

  /**
   * Puts the state before the last batch that is known, from {@code first} to {@code wanted}, in
   * {@code target}, and returns that batch; {@code first}, whose state is there already, if none
   * is.
   */
  long nearest(long first, long wanted, int[] target) {
    long nearest = first;
    if (wanted / DISTANCE != first / DISTANCE) {
      synchronized (states) {
        for (long batch : states.keySet()) {
          nearest = batch <= wanted ? Math.max(nearest, batch) : nearest;
        }
        int[] state = nearest > first ? states.get(nearest) : new int[0];
        System.arraycopy(state, 0, target, 0, state.length);
      }
    }
    return nearest;
  }
}
