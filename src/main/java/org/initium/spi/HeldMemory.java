// SPDX-License-Identifier: Apache-2.0
package org.initium.spi;

/**
 * Memory at an address of its own, and who uses it at the moment: what the storages of a backend
 * are made of. Its end waits until nobody does, and nobody begins after it or gets the address: so
 * that memory which one thread fills is not freed by another that closes it. A hold within a hold
 * is no other than one beside it, so the end keeps nobody away before it has come.
 *
 * @since 0.1.0
 */
public abstract class HeldMemory {
  private final long address;
  private final long bytes;
  private final String closed;
  private long holding;
  private boolean ended;

  /**
   * Memory that nobody uses yet.
   *
   * @param address its first byte
   * @param bytes its size
   * @param closed what to tell those who come after its end
   */
  protected HeldMemory(long address, long bytes, String closed) {
    this.address = address;
    this.bytes = bytes;
    this.closed = closed;
  }

  /** {@return its size in bytes} */
  public final long bytes() {
    return bytes;
  }

  /**
   * {@return its first byte's address}
   *
   * @throws IllegalStateException if it has ended, saying what was closed
   */
  public final synchronized long address() {
    if (ended) {
      throw new IllegalStateException(closed);
    }
    return address;
  }

  /**
   * Takes hold of the memory, for work that ends later, to be followed by {@link #release}.
   *
   * @throws IllegalStateException if it has ended, saying what was closed
   */
  public final synchronized void hold() {
    address();
    holding++;
  }

  /** Lets go. */
  public final synchronized void release() {
    holding--;
    notifyAll();
  }

  /**
   * Does work while the memory is held.
   *
   * @param work what uses the memory
   * @throws IllegalStateException if it has ended, saying what was closed
   */
  public final void during(Runnable work) {
    hold();
    try {
      work.run();
    } finally {
      release();
    }
  }

  /**
   * Waits until nobody holds the memory, and ends it.
   *
   * @return false if it had ended before
   */
  protected final synchronized boolean end() {
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

  /** Takes the end back, which could not be carried out. */
  protected final synchronized void reopen() {
    ended = false;
  }
}
