// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known of streams of someone else's, by their handles: they may be wrapped anew for each
 * fill, and nobody says when they end. A stream whose work is done needs nothing to be known.
 */
final class BorrowedStreams {
  private static final int KEPT = 64;

  private final Gpu gpu;
  private final Map<Long, StreamState> states = new HashMap<>();

  BorrowedStreams(Gpu gpu) {
    this.gpu = gpu;
  }

  synchronized StreamState of(long handle) {
    return states.computeIfAbsent(handle, _ -> new StreamState(gpu.driver()));
  }

  /** The same, its mark held, so that it is not forgotten; the device's context is current. */
  synchronized StreamState held(long handle) {
    if (states.size() > KEPT) {
      states.values().removeIf(each -> each.outcomes().isEmpty() && each.mark().endIfDone());
    }
    StreamState state = of(handle);
    state.mark().hold();
    return state;
  }

  /** The outcomes that nobody was told of; the device is idle. */
  synchronized List<SolverOutcome> covered() {
    List<SolverOutcome> untold = new ArrayList<>();
    states.values().forEach(state -> untold.addAll(state.outcomes().covered()));
    return untold;
  }

  /** Forgets all; the device is idle. */
  synchronized void release() {
    try {
      states.values().forEach(state -> state.mark().end());
    } finally {
      states.clear();
    }
  }
}
