// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.util.ArrayDeque;

/** Threads that wait for jobs. Java's own pools would do, but a first one takes 3 ms. */
final class Helpers implements Runnable {
  /**
   * How long a thread looks for work before it sleeps: a little more than it takes to wake one, so
   * that jobs in quick succession find the helpers awake and idle helpers cost nothing.
   */
  private static final long SPIN_NANOS = 50_000;

  private final int most;

  /** Nothing where threads have to share a processor: one that spins would hold up another. */
  private final long spinNanos;

  private final ArrayDeque<Runnable> jobs = new ArrayDeque<>();
  private volatile boolean waiting; // jobs are
  private int started;

  Helpers(int most) {
    this.most = most;
    this.spinNanos = most < Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : 0;
  }

  long spinNanos() {
    return spinNanos;
  }

  /** Gives a job to so many of them, as soon as each is ready. */
  synchronized void add(Runnable job, int times) {
    for (int i = 0; i < times; i++) {
      jobs.add(job);
      notify();
    }
    waiting = true;
    while (started < Math.min(most, times)) {
      // keeps nothing of whoever starts it
      Thread helper = new Thread(null, this, "initium-" + (started + 1), 0, false);
      helper.setDaemon(true);
      try {
        helper.start();
        started++;
      } catch (OutOfMemoryError e) {
        // The system has no more threads: those that there are, the caller too, do the work.
        if (started == 0) {
          jobs.clear(); // nobody would ever take them
          waiting = false;
        }
        return;
      }
    }
  }

  private synchronized Runnable take() throws InterruptedException {
    while (jobs.isEmpty()) {
      wait();
    }
    Runnable job = jobs.remove();
    waiting = !jobs.isEmpty();
    return job;
  }

  @Override
  public void run() {
    try {
      while (true) {
        for (long begun = System.nanoTime(); !waiting && System.nanoTime() - begun < spinNanos; ) {
          Thread.onSpinWait();
        }
        take().run();
      }
    } catch (InterruptedException e) {
      // Nobody does that; who does wants it to end.
    }
  }
}
