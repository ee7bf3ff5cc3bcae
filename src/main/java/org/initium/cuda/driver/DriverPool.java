// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.initium.cuda.CudaException;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;
import org.initium.cuda.library.LoadedLibrary;

/**
 * A memory pool of the driver's, of our own: the device's default pool would give what is freed
 * back to the system at every wait, and its settings are those of every engine in the process.
 * JCuda 11.7 does not bind these calls; they are in every driver since CUDA 11.2.
 */
final class DriverPool {
  /** Of the struct CUmemPoolProps: int type, handle types, location's type and number; zeros. */
  private static final long PROPERTIES_BYTES = 88;

  private static final int PINNED = 1;
  private static final int ON_A_DEVICE = 1;
  private static final int REUSE_WITH_DEPENDENCIES = 3;
  private static final int RELEASE_THRESHOLD = 4;

  private final Driver driver;
  private final LoadedLibrary library = Libraries.load(Library.DRIVER);
  private final long pool;

  /** Makes a pool on the device of that number. */
  DriverPool(Driver driver, int device) {
    this.driver = driver;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment properties = arena.allocate(PROPERTIES_BYTES, Long.BYTES);
      properties.setAtIndex(JAVA_INT, 0, PINNED);
      properties.setAtIndex(JAVA_INT, 2, ON_A_DEVICE);
      properties.setAtIndex(JAVA_INT, 3, device);
      MemorySegment made = arena.allocate(JAVA_LONG);
      call("cuMemPoolCreate", "ll", made.address(), properties.address());
      this.pool = made.get(JAVA_LONG, 0);
    }
    try {
      set(RELEASE_THRESHOLD, -1L); // all ones: nothing goes back before it is asked for
      set(REUSE_WITH_DEPENDENCIES, 0); // an allocation does not wait for work of others
    } catch (CudaException e) {
      destroy();
      throw e;
    }
  }

  private void call(String function, String parameters, Object... arguments) {
    driver.check(function, library.call(function, parameters, arguments));
  }

  private void set(int attribute, long value) {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocateFrom(JAVA_LONG, value).address();
      call("cuMemPoolSetAttribute", "lil", pool, attribute, memory);
    }
  }

  /** Queues an allocation. */
  long allocate(long bytes, long stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(JAVA_LONG);
      call("cuMemAllocFromPoolAsync", "llll", address.address(), bytes, pool, stream);
      return address.get(JAVA_LONG, 0);
    }
  }

  /** Gives all that is free back to the system. */
  void trim() {
    call("cuMemPoolTrimTo", "ll", pool, 0L);
  }

  /** What is not freed yet stays valid until it is. */
  void destroy() {
    driver.twice(() -> call("cuMemPoolDestroy", "l", pool));
  }
}
