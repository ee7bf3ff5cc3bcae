// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.initium.torch.Workers;

/**
 * A number of threads that share the pieces of a job: the caller, and helpers, who are the same for
 * all teams that were made of one.
 */
public final class Team implements Workers {
  private final int threads;
  private final Helpers helpers;

  private Team(int threads, Helpers helpers) {
    this.threads = threads;
    this.helpers = helpers;
  }

  /** With helpers of its own, who are started by the first job that is long enough for them. */
  public Team(int threads) {
    this(threads, new Helpers(threads - 1));
  }

  /** The same helpers, of whom a job gets so few that at most so many threads are at it. */
  public Team limited(int most) {
    return most >= threads ? this : new Team(most, helpers);
  }

  /** Starts a helper by a job of nothing: a first job is as quick as others. */
  public void prepare() {
    helpers.add(new Job(0, 1, null), Math.min(1, threads - 1));
  }

  /** How many threads are at a job at most. */
  public int threads() {
    return threads;
  }

  @Override
  public void share(long pieces, Part part) {
    share(pieces, 1, part);
  }

  /**
   * Runs a job in pieces of {@code piece} elements, and returns when all are done. Threads take the
   * next piece as they get ready, so that none waits long for the slowest; a helper that comes when
   * none is left is not waited for.
   */
  public void share(long elements, long piece, Part part) {
    Job job = new Job(elements, piece, part);
    if (threads > 1 && elements > piece) {
      helpers.add(job, (int) Math.min(threads - 1, (elements - 1) / piece));
    }
    job.run();
    job.await(helpers.spinNanos());
  }

  /** The pieces of one job; its {@code run} is a thread's share of them. */
  private static final class Job implements Runnable {
    private final long elements;
    private final long piece;
    private final Part part;
    private final Thread owner = Thread.currentThread();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong left; // elements that are not done
    private volatile Throwable failure;

    Job(long elements, long piece, Part part) {
      this.elements = elements;
      this.piece = piece;
      this.part = part;
      this.left = new AtomicLong(elements);
    }

    /** After a failure the pieces that are left are taken, and nothing is done to them. */
    @Override
    public void run() {
      for (long from; (from = next.getAndAdd(piece)) < elements; ) {
        long to = Math.min(from + piece, elements);
        try {
          if (failure == null) {
            part.run(from, to);
          }
        } catch (RuntimeException | Error e) {
          failure = e;
        }
        if (left.addAndGet(from - to) == 0 && Thread.currentThread() != owner) {
          LockSupport.unpark(owner);
        }
      }
    }

    /** Returns, or throws what a part threw, when all pieces are done. */
    void await(long spinNanos) {
      long begun = System.nanoTime();
      while (left.get() > 0) {
        if (System.nanoTime() - begun < spinNanos) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      if (failure instanceof Error error) { // no switch: the first over classes takes 5 ms
        throw error;
      }
      if (failure != null) {
        throw (RuntimeException) failure;
      }
    }
  }
}
