// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.initium.torch.draw.Workers;

/** A fixed number of threads that share the pieces of a job; the caller is one of them. */
public final class Team {
  /**
   * How long a thread looks for work before it sleeps: a little more than it takes to wake one, so
   * that jobs in quick succession find the helpers awake and idle helpers cost nothing.
   */
  private static final long SPIN_NANOS = 50_000;

  private final int threads;

  /** Nothing where threads have to share a processor: one that spins would hold up another. */
  private final long spinNanos;

  private final ExecutorService helpers;

  public Team(int threads) {
    this.threads = threads;
    this.spinNanos = threads <= Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : 0;
    this.helpers =
        threads == 1
            ? null
            : new ThreadPoolExecutor(
                threads - 1,
                threads - 1,
                0,
                TimeUnit.SECONDS,
                new WatchedQueue(spinNanos),
                Thread.ofPlatform().daemon().name("initium-", 1).factory());
  }

  int threads() {
    return threads;
  }

  /**
   * Runs a job in pieces of {@code piece} elements, and returns when all are done. Threads take the
   * next piece as they get ready, so that none waits long for the slowest; a helper that comes when
   * none is left is not waited for.
   */
  public void share(long elements, long piece, Workers.Part part) {
    if (threads == 1 || elements <= piece) {
      part.run(0, elements);
      return;
    }
    TeamJob job = new TeamJob(elements, piece, part, spinNanos);
    long others = Math.min(threads - 1, (elements - 1) / piece);
    for (int i = 0; i < others; i++) {
      helpers.execute(job);
    }
    job.finish();
  }

  /** A queue whose takers watch it for a while before they sleep. */
  private static final class WatchedQueue extends LinkedBlockingQueue<Runnable> {
    private static final long serialVersionUID = 1;
    private final long spinNanos;

    WatchedQueue(long spinNanos) {
      this.spinNanos = spinNanos;
    }

    @Override
    public Runnable take() throws InterruptedException {
      for (long begun = System.nanoTime(); System.nanoTime() - begun < spinNanos; ) {
        Runnable next = poll();
        if (next != null) {
          return next;
        }
        Thread.onSpinWait();
      }
      return super.take();
    }
  }
}
