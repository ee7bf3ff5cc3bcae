// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

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

  /** Loads the classes of a shared job, and starts a helper: a first job is as quick as others. */
  public void prepare() {
    share(2, 1, new Nothing());
  }

  /** A class, since a first lambda takes a process 5 ms. */
  private static final class Nothing implements Part {
    @Override
    public void run(long from, long to) {}
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
    if (threads == 1 || elements <= piece) {
      for (long from = 0; from < elements; from += piece) {
        part.run(from, Math.min(from + piece, elements));
      }
      return;
    }
    TeamJob job = new TeamJob(elements, piece, part, helpers.spinNanos());
    helpers.add(job, (int) Math.min(threads - 1, (elements - 1) / piece));
    job.finish();
  }
}
