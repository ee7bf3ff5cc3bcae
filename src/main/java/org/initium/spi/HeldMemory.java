// SPDX-License-Identifier: Apache-2.0
package org.initium.spi;

/**
 * Memory at an address of its own that knows its {@link Holders}: what the storages of a backend
 * are made of, whose close ends it, and then nobody gets the address.
 *
 * @since 0.1.0
 */
public abstract class HeldMemory {
  private final Holders holders;
  private final long address;
  private final long bytes;

  /**
   * Memory that nobody uses yet.
   *
   * @param address its first byte
   * @param bytes its size
   * @param closed what to tell those who come after its end
   */
  protected HeldMemory(long address, long bytes, String closed) {
    this.holders = new Holders(closed);
    this.address = address;
    this.bytes = bytes;
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
  public final long address() {
    holders.check();
    return address;
  }

  /**
   * Does work while the memory is held.
   *
   * @param work what uses the memory
   * @throws IllegalStateException if it has ended, saying what was closed
   */
  public final void during(Runnable work) {
    holders.during(work);
  }

  /**
   * Takes hold of the memory for work that is done later, to be followed by {@link #release}.
   *
   * @throws IllegalStateException if it has ended, saying what was closed
   */
  public final void hold() {
    holders.hold();
  }

  /** Lets go of the memory, once for each {@link #hold}. */
  public final void release() {
    holders.release();
  }

  /**
   * Waits until nobody holds the memory, and ends it.
   *
   * @return false if it had ended before
   */
  protected final boolean end() {
    return holders.end();
  }

  /** Takes the end back, which could not be carried out. */
  protected final void reopen() {
    holders.reopen();
  }
}
