package org.initium.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.initium.Device;
import org.initium.OutOfMemoryException;
import org.initium.random.GpuGeometry;

/**
 * One device: its primary context, its kernels, its memory. The context is retained at the first
 * use and kept, as the runtime API keeps it, so that pointers are shared with the engines in this
 * process.
 */
final class Gpu {
  static final int MULTIPROCESSORS = 16;
  private static final int THREADS_PER_MULTIPROCESSOR = 39;
  private static final int PAGEABLE_MEMORY_ACCESS = 88;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int SHARED_BYTES = 97;
  private static final int POOLS_SUPPORTED = 115;

  private final Device device;
  private final Driver driver;
  private final long context;
  private final int multiprocessors;
  private final int sharedBytes;
  private final Kernels kernels;
  private final Pool pool;
  private final Staging staging;
  private final CudaStream defaultStream;
  private final BorrowedStreams borrowedStreams = new BorrowedStreams(this);
  private final Slots slots = new Slots(this);
  private final Tables tables = new Tables(this);
  private final Leases<Solver> solvers = new Leases<>(this, true, Solver::destroy);
  private final Leases<CudaStorage> tallTiles = new Leases<>(this, true, CudaStorage::close);
  private final Leases<Curand> generators = new Leases<>(this, false, Curand::destroy);

  Gpu(Device device) {
    this.device = device;
    this.driver = new Driver(device.toString());
    this.multiprocessors = driver.attribute(device.index(), MULTIPROCESSORS);
    this.sharedBytes = driver.attribute(device.index(), SHARED_BYTES);
    boolean pools = driver.attribute(device.index(), POOLS_SUPPORTED) != 0;
    this.context = driver.retainPrimary(device.index());
    try {
      this.kernels = new Kernels(this);
      this.pool = call(() -> Pool.of(this, pools));
      this.staging = new Staging(this);
      this.defaultStream = CudaStream.borrowed(this, 0);
    } catch (RuntimeException e) {
      driver.releasePrimary(device.index());
      throw e;
    }
  }

  Device device() {
    return device;
  }

  Driver driver() {
    return driver;
  }

  int multiprocessors() {
    return multiprocessors;
  }

  /** The most shared memory that a block of threads can have. */
  int sharedBytes() {
    return sharedBytes;
  }

  /** The compute capability's first number. */
  int capability() {
    return driver.attribute(device.index(), CAPABILITY_MAJOR);
  }

  /** What PyTorch's numbers depend on. */
  GpuGeometry geometry() {
    int threads = driver.attribute(device.index(), THREADS_PER_MULTIPROCESSOR);
    return new GpuGeometry(multiprocessors, threads);
  }

  Kernels kernels() {
    return kernels;
  }

  Pool pool() {
    return pool;
  }

  Staging staging() {
    return staging;
  }

  /** cuRAND's generators, of each type one for each thread. */
  Leases<Curand> generators() {
    return generators;
  }

  Tables tables() {
    return tables;
  }

  CudaStream defaultStream() {
    return defaultStream;
  }

  /** What is known of the streams of someone else's. */
  BorrowedStreams borrowedStreams() {
    return borrowedStreams;
  }

  /** Where fills put how they went. */
  Slots slots() {
    return slots;
  }

  long context() {
    return context;
  }

  /** Makes calls in this device's context, on one platform thread. */
  <T> T call(Supplier<T> calls) {
    return OsThread.call(
        () -> {
          try (Current _ = Current.enter(driver, context)) {
            return calls.get();
          }
        });
  }

  /** The same, without a result. */
  void run(Runnable calls) {
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
          try (Current _ = Current.enterToGiveBack(driver, context)) {
            calls.run();
          }
        });
  }

  /** Whether the device can use memory at an address: a kernel that cannot loses the context. */
  boolean reaches(long address) {
    return driver.attribute(device.index(), PAGEABLE_MEMORY_ACCESS) != 0 || driver.knows(address);
  }

  /** Handles of cuSOLVER's. */
  Leases<Solver> solvers() {
    return solvers;
  }

  /** Memory in which blocks of threads count together. */
  Leases<CudaStorage> tallTiles() {
    return tallTiles;
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

  /** Gives all back. Returns what went wrong that nobody was told of. */
  List<CudaException> release() {
    List<CudaException> untold = new ArrayList<>();
    giveBack(
        () -> {
          driver.synchronizeContext();
          borrowedStreams.release().stream()
              .map(Outcome::tell)
              .filter(Objects::nonNull)
              .forEach(untold::add);
          tables.release();
          generators.release();
          staging.release();
          solvers.release();
          tallTiles.release();
          slots.release();
          kernels.release();
          pool.release();
        });
    driver.releasePrimary(device.index());
    return untold;
  }
}
