package org.initium;

import java.lang.foreign.MemorySegment;

/**
 * A block of memory on one device. Owned memory is freed by {@link #close}, wrapped memory never
 * is. Storages are made by a {@link Backend}.
 */
public interface Storage extends AutoCloseable {
  /** Where the memory is. */
  Device device();

  /** Its size in bytes. */
  long bytes();

  /**
   * Its first byte's address: in the host's address space for {@code cpu}, a device pointer for
   * {@code cuda}.
   *
   * @throws IllegalStateException after close
   */
  long address();

  /** Whether close frees the memory. */
  boolean owned();

  /**
   * The memory as the host sees it.
   *
   * @throws UnsupportedOperationException if the host cannot read it (device memory)
   * @throws IllegalStateException after close
   */
  MemorySegment segment();

  /** Frees owned memory once the work queued on it is done; a second call does nothing. */
  @Override
  void close();
}
