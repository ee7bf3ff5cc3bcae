// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import java.util.Collection;
import org.initium.cuda.CudaException;

/**
 * Device memory. Where the driver has stream-ordered pools, memory comes from the device's pool and
 * goes back to it behind the work that uses it, without making anyone wait; elsewhere freeing waits
 * for the device.
 */
public sealed interface DeviceMemory {
  /** Memory that any stream may use at once; the device's context is current. */
  long allocate(long bytes);

  /** Frees memory behind the work that these marks are behind. */
  void free(long address, Collection<WorkMark> users);

  /** Gives the system back what is kept for later use. */
  void trim();

  /** Gives back what the pool itself holds. */
  void release();

  /** The best that the device has; its context is current. */
  static DeviceMemory of(Driver driver, int device, boolean pools) {
    return pools ? new StreamOrdered(driver, device) : new Plain(driver);
  }

  /** cuMemAlloc and cuMemFree, which is not said to wait for what uses the memory: this does. */
  record Plain(Driver driver) implements DeviceMemory {
    @Override
    public long allocate(long bytes) {
      return driver.allocate(bytes);
    }

    @Override
    public void free(long address, Collection<WorkMark> users) {
      users.forEach(WorkMark::synchronize);
      driver.free(address);
    }

    @Override
    public void trim() {}

    @Override
    public void release() {}
  }

  /**
   * A pool of our own, which keeps what is freed. Two streams of its own: frees wait on theirs for
   * the memory's users, and allocations must not wait for those.
   */
  final class StreamOrdered implements DeviceMemory {
    private final Driver driver;
    private final DriverPool pool;
    private final long allocations;
    private final long frees;

    private StreamOrdered(Driver driver, int device) {
      this.driver = driver;
      this.pool = new DriverPool(driver, device);
      try {
        this.allocations = driver.newStream();
        try {
          this.frees = driver.newStream();
        } catch (CudaException e) {
          driver.destroyStream(allocations);
          throw e;
        }
      } catch (CudaException e) {
        pool.destroy();
        throw e;
      }
    }

    /** Where there is not enough, what is being freed and what is kept in pieces may be. */
    @Override
    public synchronized long allocate(long bytes) {
      try {
        return allocateNow(bytes);
      } catch (CudaException e) {
        if (e.status() != Driver.OUT_OF_MEMORY) {
          throw e;
        }
        trim();
        return allocateNow(bytes);
      }
    }

    private long allocateNow(long bytes) {
      long memory = pool.allocate(bytes, allocations);
      try {
        driver.synchronize(allocations);
      } catch (CudaException e) {
        driver.freeAsync(memory, allocations);
        throw e;
      }
      return memory;
    }

    @Override
    public synchronized void trim() {
      driver.synchronize(frees);
      pool.trim();
    }

    @Override
    public synchronized void free(long address, Collection<WorkMark> users) {
      try {
        users.forEach(user -> user.await(frees));
      } catch (CudaException e) {
        // The memory must go all the same: wait for the work instead.
        users.forEach(WorkMark::synchronize);
      }
      driver.freeAsync(address, frees);
    }

    /** What was freed is back when this returns. */
    @Override
    public void release() {
      driver.twice(() -> driver.synchronize(frees));
      driver.destroyStream(allocations);
      driver.destroyStream(frees);
      pool.destroy();
    }
  }
}
