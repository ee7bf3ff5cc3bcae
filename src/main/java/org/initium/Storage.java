// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.lang.foreign.MemorySegment;

/**
 * A block of memory on one device. Owned memory is freed by {@link #close}, wrapped memory never
 * is. Storages are made by a {@link Backend}.
 *
 * @since 0.1.0
 */
public interface Storage extends AutoCloseable {
  /** {@return where the memory is} */
  Device device();

  /** {@return its size in bytes} */
  long bytes();

  /**
   * {@return its first byte's address: in the host's address space for {@code cpu}, a device
   * pointer for {@code cuda}}
   *
   * @throws IllegalStateException after close
   */
  long address();

  /** {@return whether close frees the memory} */
  boolean owned();

  /**
   * {@return the memory as the host sees it}
   *
   * @throws UnsupportedOperationException if the host cannot read it (device memory)
   * @throws IllegalStateException after close
   */
  MemorySegment segment();

  /**
   * {@return the memory of the host for the threads that share the work of {@link #during}, without
   * the guards that {@link #segment} may have: not to be used outside of it}
   */
  @SuppressWarnings("restricted") // so many bytes are there as long as they are held
  default MemorySegment unguarded() {
    return MemorySegment.ofAddress(address()).reinterpret(bytes());
  }

  /**
   * Does work of this thread on the bare address, which cannot be freed before that has returned:
   * {@link #close} in another thread waits.
   *
   * @param work what uses {@link #address} or {@link #unguarded}
   * @throws IllegalStateException after close, and then nothing was done
   */
  void during(Runnable work);

  /**
   * Frees owned memory once the fills that other threads are at and the work queued on it are done;
   * a second call does nothing.
   */
  @Override
  void close();
}
