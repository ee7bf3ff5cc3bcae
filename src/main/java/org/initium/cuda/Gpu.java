package org.initium.cuda;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
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
  private static final int POOLS_SUPPORTED = 115;

  private final Device device;
  private final Driver driver;
  private final long context;
  private final int multiprocessors;
  private final Kernels kernels;
  private final Pool pool;
  private final Staging staging;
  private final CudaStream defaultStream;
  private final Idle<Solver> solvers = new Idle<>();
  private final ConcurrentLinkedDeque<TallTiles> tallTiles = new ConcurrentLinkedDeque<>();
  private final Tables tables = new Tables(this);
  private final CurandGenerators generators = new CurandGenerators(this);

  Gpu(Device device) {
    this.device = device;
    this.driver = new Driver(device.toString());
    this.multiprocessors = driver.attribute(device.index(), MULTIPROCESSORS);
    boolean pools = driver.attribute(device.index(), POOLS_SUPPORTED) != 0;
    this.context = driver.retainPrimary(device.index());
    try {
      this.kernels = new Kernels(this);
      this.pool = Pool.of(this, pools);
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

  CurandGenerators generators() {
    return generators;
  }

  Tables tables() {
    return tables;
  }

  CudaStream defaultStream() {
    return defaultStream;
  }

  /** Makes this device's context the calling thread's until closed. */
  Current enter() {
    return Current.enter(driver, context);
  }

  /** The same, to free something. */
  Current enterToGiveBack() {
    return Current.enterToGiveBack(driver, context);
  }

  /** Whether the device can use memory at an address: a kernel that cannot loses the context. */
  boolean reaches(long address) {
    return driver.attribute(device.index(), PAGEABLE_MEMORY_ACCESS) != 0 || driver.knows(address);
  }

  /** Solvers that nobody uses at the moment. */
  Idle<Solver> solvers() {
    return solvers;
  }

  /** Memory for tall tiles that nobody uses at the moment. */
  ConcurrentLinkedDeque<TallTiles> tallTiles() {
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

  void release() {
    try (Current _ = enterToGiveBack()) {
      driver.synchronizeContext();
      tables.release();
      generators.release();
      staging.release();
      for (Optional<Solver> solver = solvers.takeAny();
          solver.isPresent();
          solver = solvers.takeAny()) {
        solver.get().destroy();
      }
      for (TallTiles tall = tallTiles.poll(); tall != null; tall = tallTiles.poll()) {
        tall.destroy();
      }
      kernels.release();
      pool.release();
    }
    driver.releasePrimary(device.index());
  }
}
