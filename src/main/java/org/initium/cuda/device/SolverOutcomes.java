// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import org.initium.Storage;
import org.initium.cuda.CudaException;

/**
 * The outcomes of the orthogonal fills on one stream that nobody was told of yet.
 *
 * <p>Many threads may share a stream. A wait of a thread that has queued work there since it last
 * waited is for that work: it hears of its own fills, and of those whose thread has ended. A wait
 * of a thread that has queued nothing is for all that was queued before, and hears of all of it.
 */
public final class SolverOutcomes {
  private final List<SolverOutcome> pending = new ArrayList<>();
  private final Set<Thread> busy = Collections.newSetFromMap(new WeakHashMap<>());

  /** The thread has queued work. */
  synchronized void queued(Thread thread) {
    busy.add(thread);
  }

  synchronized void add(SolverOutcome outcome) {
    pending.add(outcome);
  }

  /** Of fills that this stream's work comes after from now on. */
  synchronized void addAll(List<SolverOutcome> others) {
    others.stream().filter(other -> !pending.contains(other)).forEach(pending::add);
  }

  /** Those of the fills queued so far, which a wait that begins now covers. */
  synchronized List<SolverOutcome> covered() {
    pending.removeIf(SolverOutcome::isSettled);
    return List.copyOf(pending);
  }

  synchronized boolean isEmpty() {
    return pending.isEmpty();
  }

  /** The thread reads that memory. */
  public synchronized void handTo(Thread thread, Storage read) {
    pending.forEach(outcome -> outcome.handTo(thread, read));
  }

  /** Forgets those of fills that are done, and well. */
  synchronized void settle(List<SolverOutcome> done) {
    done.forEach(SolverOutcome::settleIfSound);
    pending.removeIf(SolverOutcome::isSettled);
  }

  /**
   * Whose failures a thread that has waited is told of.
   *
   * @param all whether it waited for all that it queued; after an event there may be more
   */
  synchronized Predicate<SolverOutcome> waited(Thread thread, boolean all) {
    boolean own = all ? busy.remove(thread) : busy.contains(thread);
    return outcome -> !own || outcome.isFor(thread);
  }

  /**
   * Throws what went wrong in fills that are done.
   *
   * @param whose of which of them
   */
  void tell(List<SolverOutcome> done, Predicate<SolverOutcome> whose) {
    try {
      throwAll(
          done.stream().filter(whose).map(SolverOutcome::tell).filter(Objects::nonNull).toList());
    } finally {
      settle(done);
    }
  }

  /** Throws the first; the others with it. */
  static void throwAll(List<CudaException> failures) {
    if (!failures.isEmpty()) {
      CudaException first = failures.getFirst();
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }
}
