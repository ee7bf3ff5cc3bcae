// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import org.initium.cuda.CudaException;
import org.initium.cuda.library.BoundLibrary;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;

/**
 * A memory pool of the driver's, of our own: the device's default pool would give what is freed
 * back to the system at every wait, and its settings are those of every engine in the process.
 * JCuda 11.7 does not bind these calls; they are in every driver since CUDA 11.2.
 */
final class DriverPool {
  /**
   * The struct CUmemPoolProps in units of 8 bytes: int type, handle types, location's type and
   * number; zeros.
   */
  private static final int PROPERTIES = 11;

  private static final int PINNED = 1;
  private static final int ON_A_DEVICE = 1;
  private static final int REUSE_WITH_DEPENDENCIES = 3;
  private static final int RELEASE_THRESHOLD = 4;

  private final Driver driver;
  private final BoundLibrary library = Libraries.load(Library.DRIVER);
  private final long pool;

  /** Makes a pool on the device of that number. */
  DriverPool(Driver driver, int device) {
    this.driver = driver;
    long[] properties = new long[PROPERTIES];
    properties[0] = PINNED;
    properties[1] = ON_A_DEVICE | (long) device << Integer.SIZE;
    long[] made = {0};
    call("cuMemPoolCreate", "ll", made, properties);
    this.pool = made[0];
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
    call("cuMemPoolSetAttribute", "lil", pool, attribute, new long[] {value});
  }

  /** Queues an allocation. */
  long allocate(long bytes, long stream) {
    long[] address = {0};
    call("cuMemAllocFromPoolAsync", "llll", address, bytes, pool, stream);
    return address[0];
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
