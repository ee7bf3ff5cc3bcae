// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.initium.Device;
import org.initium.OutOfMemoryException;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.Attribute;
import org.initium.cuda.driver.CurrentContext;
import org.initium.cuda.driver.DeviceMemory;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.driver.Kernels;
import org.initium.cuda.driver.OsThread;
import org.initium.cuda.driver.PinnedWords;
import org.initium.random.GpuGeometry;

/**
 * One device: its primary context, its kernels, its memory. The context is retained at the first
 * use and kept, as the runtime API keeps it, so that pointers are shared with the engines in this
 * process.
 */
public final class Gpu {
  private final Device device;
  private final Driver driver;
  private final long context;
  private final int multiprocessors;
  private final int sharedBytes;
  private final Kernels kernels;
  private final DeviceMemory pool;
  private final Staging staging;
  private final CudaStream defaultStream;
  private final BorrowedStreams borrowedStreams = new BorrowedStreams(this);
  private final PinnedWords slots;
  private final List<Runnable> atRelease = new ArrayList<>();

  Gpu(Device device) {
    this.device = device;
    this.driver = new Driver(device.toString());
    this.slots = new PinnedWords(driver);
    this.multiprocessors = attribute(Attribute.MULTIPROCESSOR_COUNT);
    this.sharedBytes = attribute(Attribute.MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
    boolean pools = attribute(Attribute.MEMORY_POOLS_SUPPORTED) != 0;
    this.context = driver.retainPrimary(device.index());
    try {
      int capability = attribute(Attribute.COMPUTE_CAPABILITY_MAJOR);
      this.kernels = new Kernels(driver, multiprocessors, sharedBytes, capability);
      this.pool = call(() -> DeviceMemory.of(driver, device.index(), pools));
      this.staging = new Staging(this);
      this.defaultStream = CudaStream.borrowed(this, 0);
    } catch (RuntimeException e) {
      driver.releasePrimary(device.index());
      throw e;
    }
  }

  private int attribute(Attribute attribute) {
    return driver.attribute(device.index(), attribute);
  }

  public Device device() {
    return device;
  }

  public Driver driver() {
    return driver;
  }

  public int multiprocessors() {
    return multiprocessors;
  }

  /** The most shared memory that a block of threads can have. */
  public int sharedBytes() {
    return sharedBytes;
  }

  /** What PyTorch's numbers depend on. */
  public GpuGeometry geometry() {
    int threads = attribute(Attribute.MAX_THREADS_PER_MULTIPROCESSOR);
    return new GpuGeometry(multiprocessors, threads);
  }

  public Kernels kernels() {
    return kernels;
  }

  public DeviceMemory pool() {
    return pool;
  }

  public Staging staging() {
    return staging;
  }

  public CudaStream defaultStream() {
    return defaultStream;
  }

  /** What is known of the streams of someone else's. */
  BorrowedStreams borrowedStreams() {
    return borrowedStreams;
  }

  /** Where fills put how they went. */
  public PinnedWords slots() {
    return slots;
  }

  long context() {
    return context;
  }

  /** Makes calls in this device's context, on one platform thread. */
  public <T> T call(Supplier<T> calls) {
    return OsThread.call(
        () -> {
          try (CurrentContext _ = CurrentContext.enter(driver, context)) {
            return calls.get();
          }
        });
  }

  /** The same, without a result. */
  public void run(Runnable calls) {
    call(
        () -> {
          calls.run();
          return null;
        });
  }

  /** The same, to free something. */
  void giveBack(Runnable calls) {
    OsThread.run(
        () -> {
          try (CurrentContext _ = CurrentContext.enterToGiveBack(driver, context)) {
            calls.run();
          }
        });
  }

  /** Whether the device can use memory at an address: a kernel that cannot loses the context. */
  boolean reaches(long address) {
    return attribute(Attribute.PAGEABLE_MEMORY_ACCESS) != 0 || driver.knows(address);
  }

  /** Allocates, and says how much there is when that is not enough. */
  long allocate(long bytes) {
    try {
      return pool.allocate(bytes);
    } catch (CudaException e) {
      if (e.status() != Driver.OUT_OF_MEMORY) {
        throw e;
      }
      long[] info = driver.memoryInfo();
      OutOfMemoryException full = new OutOfMemoryException(device, bytes, info[0], info[1]);
      full.initCause(e);
      throw full;
    }
  }

  /** Has something done before the context goes. */
  synchronized void atRelease(Runnable release) {
    atRelease.add(release);
  }

  /** Gives all back, whatever of it fails. Returns what went wrong that nobody was told of. */
  List<CudaException> release() {
    List<CudaException> untold = new ArrayList<>();
    try {
      giveBack(() -> releaseInContext(untold));
    } catch (CudaException e) {
      untold.add(e);
    } finally {
      each(untold, () -> driver.releasePrimary(device.index()));
    }
    return untold;
  }

  private void releaseInContext(List<CudaException> untold) {
    each(untold, driver::synchronizeContext);
    each(
        untold,
        () ->
            borrowedStreams.covered().stream()
                .map(SolverOutcome::tell)
                .filter(Objects::nonNull)
                .forEach(untold::add));
    each(untold, borrowedStreams::release);
    atRelease.forEach(release -> each(untold, release));
    each(untold, staging::release);
    each(untold, slots::release);
    each(untold, kernels::release);
    each(untold, pool::release);
  }

  /** Takes a step, and lets the others go on where it fails. */
  private static void each(List<CudaException> failed, Runnable step) {
    try {
      step.run();
    } catch (CudaException e) {
      failed.add(e);
    }
  }
}
