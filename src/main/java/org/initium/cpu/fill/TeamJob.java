// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.initium.torch.Workers;

/** The pieces of one job; its {@code run} is a helper's share of them. */
final class TeamJob implements Runnable {
  /** Added to the number of helpers at work when no more may begin. */
  private static final int CLOSED = 1 << 30;

  private final long elements;
  private final long piece;
  private final Workers.Part part;
  private final long spinNanos;
  private final Thread owner = Thread.currentThread();
  private final AtomicLong next = new AtomicLong();
  private final AtomicInteger helpers = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  TeamJob(long elements, long piece, Workers.Part part, long spinNanos) {
    this.elements = elements;
    this.piece = piece;
    this.part = part;
    this.spinNanos = spinNanos;
  }

  @Override
  public void run() {
    if (helpers.incrementAndGet() < CLOSED) {
      work();
    }
    if (helpers.decrementAndGet() == CLOSED) {
      LockSupport.unpark(owner);
    }
  }

  /** The owner's share; returns, or throws what a part threw, when all helpers are done. */
  void finish() {
    work();
    helpers.addAndGet(CLOSED);
    long begun = System.nanoTime();
    while (helpers.get() != CLOSED) {
      if (System.nanoTime() - begun < spinNanos) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
    }
    Throwable thrown = failure.get(); // no switch: the first one over classes takes a process 5 ms
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw (RuntimeException) thrown;
    }
  }

  private void work() {
    try {
      for (long from; (from = next.getAndAdd(piece)) < elements; ) {
        part.run(from, Math.min(from + piece, elements));
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      next.set(elements);
    }
  }
}
