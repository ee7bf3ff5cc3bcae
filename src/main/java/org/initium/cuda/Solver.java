package org.initium.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.initium.DType;

/**
 * A handle of cuSOLVER's with the memory that its last matrix took, for one fill at a time. Fills
 * on several streams may use it one after the other: the later one waits, on the device.
 */
final class Solver {
  /** Memory beyond this is given back at once. */
  private static final long KEPT_BYTES = 256L << 20;

  private static final long ALIGNMENT = 256;
  private static final long INFO_BYTES = 16;

  /** Where things are in the memory of a solver. */
  record Plan(long matrix, long tau, long signs, Cusolver.Room room) {}

  private final Gpu gpu;
  private final Cusolver cusolver;
  private final long done; // event: the last fill's work
  private final long info; // device memory: see kernels/orthogonal.cu
  private final long seen; // page-locked: the last failure
  private long memory;
  private long bytes;
  private boolean destroyed;
  private Arena host = Arena.ofShared();
  private MemorySegment hostWork = MemorySegment.NULL;

  private Solver(Gpu gpu, Cusolver cusolver) {
    Driver driver = gpu.driver();
    this.gpu = gpu;
    this.cusolver = cusolver;
    this.done = driver.newEvent();
    try {
      this.seen = driver.allocateHost(Long.BYTES);
      try {
        this.info = gpu.allocate(INFO_BYTES);
      } catch (RuntimeException e) {
        driver.freeHost(seen);
        throw e;
      }
    } catch (RuntimeException e) {
      driver.destroyEvent(done);
      throw e;
    }
  }

  /** One that nobody uses, if need be another thread's, ready behind the stream's work. */
  static Solver take(Gpu gpu, CudaStream stream) {
    Idle<Solver> idle = gpu.solvers();
    Solver solver = idle.take(any -> true).or(idle::takeAny).orElse(null);
    if (solver != null) {
      try {
        gpu.driver().await(stream.handle(), solver.done);
      } catch (CudaException e) {
        gpu.solvers().add(solver);
        throw e;
      }
      return solver;
    }
    Cusolver cusolver = new Cusolver(gpu.device().toString());
    try {
      solver = new Solver(gpu, cusolver);
    } catch (RuntimeException e) {
      cusolver.destroy();
      throw e;
    }
    try {
      solver.failure().set(ValueLayout.JAVA_LONG, 0, 0);
      gpu.driver().clear(solver.info, INFO_BYTES, stream.handle());
    } catch (CudaException e) {
      solver.destroy();
      throw e;
    }
    return solver;
  }

  @SuppressWarnings("restricted") // the driver gave so many bytes
  private MemorySegment failure() {
    return MemorySegment.ofAddress(seen).reinterpret(Long.BYTES);
  }

  Cusolver cusolver() {
    return cusolver;
  }

  long info() {
    return info;
  }

  /** Memory for a tall matrix of that size and for its factorisation. */
  Plan plan(DType dtype, int rows, int columns, CudaStream stream) {
    cusolver.setStream(stream.handle());
    Cusolver.Work work = cusolver.work(dtype, rows, columns);
    long matrixBytes = aligned(Math.multiplyExact((long) rows * columns, (long) dtype.bytes()));
    long vectorBytes = aligned((long) columns * dtype.bytes());
    long needed = matrixBytes + 2 * vectorBytes + aligned(work.deviceBytes());
    if (bytes < needed) {
      dropMemory(stream);
      memory = gpu.allocate(needed);
      bytes = needed;
    }
    if (hostWork.byteSize() < work.hostBytes()) {
      hostWork = host.allocate(work.hostBytes(), ALIGNMENT);
    }
    long tau = memory + matrixBytes;
    long signs = tau + vectorBytes;
    return new Plan(
        memory,
        tau,
        signs,
        new Cusolver.Room(
            signs + vectorBytes, work.deviceBytes(), hostWork.address(), work.hostBytes()));
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void dropMemory(CudaStream user) {
    if (memory != 0) {
      long old = memory;
      memory = 0;
      bytes = 0;
      gpu.pool().free(old, List.of(user));
    }
  }

  /** Ends a fill: the next may use this. */
  void giveBack(CudaStream stream) {
    Driver driver = gpu.driver();
    long handle = stream.handle();
    driver.copyToHost(seen, info + Long.BYTES, Long.BYTES, handle);
    if (bytes > KEPT_BYTES) {
      dropMemory(stream);
    }
    driver.record(done, handle);
    stream.watch(this);
    gpu.solvers().add(this);
  }

  /** Throws what cuSOLVER reported, once; the stream is done. */
  synchronized void check(CudaStream stream, long handle) {
    if (destroyed) {
      return;
    }
    long failed = failure().get(ValueLayout.JAVA_LONG, 0);
    if (failed == 0) {
      return;
    }
    failure().set(ValueLayout.JAVA_LONG, 0, 0);
    try (Current _ = gpu.enter()) {
      gpu.driver().clear(info, INFO_BYTES, handle);
      gpu.driver().synchronize(handle); // the next user waits for the last fill alone
    }
    int geqrf = (int) failed;
    throw stream.explained(
        new CudaException(
            geqrf != 0 ? "cusolverDn geqrf" : "cusolverDn orgqr",
            geqrf != 0 ? geqrf : (int) (failed >> 32),
            "devInfo",
            "an argument was refused; the tensor is filled with NaN",
            gpu.device().toString()));
  }

  /** After a failure in the midst of a fill: waits for what is queued, and frees all. */
  void abandon(CudaStream stream) {
    try {
      gpu.driver().synchronize(stream.handle());
      destroy();
    } catch (CudaException e) {
      // The failure that led here is the one to report.
    }
  }

  /** Frees all; nothing that uses it is queued. */
  synchronized void destroy() {
    destroyed = true;
    host.close();
    gpu.driver().destroyEvent(done);
    gpu.driver().freeHost(seen);
    gpu.pool().free(info, List.of());
    if (memory != 0) {
      gpu.pool().free(memory, List.of());
    }
    cusolver.destroy();
  }
}
