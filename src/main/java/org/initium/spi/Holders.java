// SPDX-License-Identifier: Apache-2.0
package org.initium.spi;

/**
 * Who uses a block of memory at the moment. Its end waits until nobody does, and nobody begins
 * after it: so that memory which one thread fills is not freed by another that closes it. A hold
 * within a hold is no other than one beside it, so the end keeps nobody away before it has come.
 *
 * @since 0.1.0
 */
public final class Holders {
  private final String closed;
  private long holding;
  private boolean ended;

  /**
   * Of memory that nobody holds yet.
   *
   * @param closed what to tell those who come after its end
   */
  public Holders(String closed) {
    this.closed = closed;
  }

  /**
   * Takes hold of the memory, to be followed by {@link #release}.
   *
   * @throws IllegalStateException if it has ended, saying what was closed
   */
  public synchronized void hold() {
    check();
    holding++;
  }

  /** Lets go. */
  public synchronized void release() {
    holding--;
    notifyAll();
  }

  /**
   * Waits until nobody holds the memory, and ends it.
   *
   * @return false if it had ended before
   */
  public synchronized boolean end() {
    boolean interrupted = false;
    while (holding > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // a fill cannot be cut short
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    boolean first = !ended;
    ended = true;
    return first;
  }

  /**
   * Asks whether the memory may be used still.
   *
   * @throws IllegalStateException if it has ended, saying what was closed
   */
  public synchronized void check() {
    if (ended) {
      throw closed();
    }
  }

  /** {@return what to throw at those who come after the end} */
  public IllegalStateException closed() {
    return new IllegalStateException(closed);
  }

  /** Takes the end back, which could not be carried out. */
  public synchronized void reopen() {
    ended = false;
  }

  /**
   * Does work while the memory is held.
   *
   * @param work what uses the memory
   * @throws IllegalStateException if it has ended, saying what was closed
   */
  public void during(Runnable work) {
    hold();
    try {
      work.run();
    } finally {
      release();
    }
  }
}
