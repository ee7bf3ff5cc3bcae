// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.initium.DType;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.SolverOutcome;

/** A handle of cuSOLVER's with the memory that its last matrix took, for one fill at a time. */
final class SolverWorkspace {
  /** Memory beyond this is given back at once. */
  private static final long KEPT_BYTES = 256L << 20;

  private static final long ALIGNMENT = 256;
  private static final long INFO_BYTES = 16;

  /** Where things are in the memory of a solver. */
  record Plan(Cusolver.Matrix matrix, long signs, Cusolver.Room room) {}

  private final Gpu gpu;
  private final Cusolver cusolver;
  private final CudaStorage info; // see kernels/orthogonal.cu
  private CudaStorage memory;
  private final Arena host = Arena.ofShared();
  private MemorySegment hostWork = MemorySegment.NULL;

  private SolverWorkspace(Gpu gpu, Cusolver cusolver) {
    this.gpu = gpu;
    this.cusolver = cusolver;
    this.info = CudaStorage.allocate(gpu, INFO_BYTES);
    this.memory = CudaStorage.allocate(gpu, 0);
  }

  static SolverWorkspace of(Gpu gpu) {
    Cusolver cusolver = Cusolver.of(gpu.device().toString());
    try {
      return new SolverWorkspace(gpu, cusolver);
    } catch (RuntimeException e) {
      cusolver.destroy();
      throw e;
    }
  }

  Cusolver cusolver() {
    return cusolver;
  }

  /** Where cuSOLVER says how a fill went. */
  long info() {
    return info.address();
  }

  /** Queues the beginning of a fill: nothing went wrong so far. */
  void begin(CudaStream stream) {
    gpu.driver().clear(info(), INFO_BYTES, stream.handle());
  }

  /** Queues the end of a fill: how it went goes to the outcome. */
  void end(CudaStream stream, SolverOutcome outcome) {
    gpu.driver().copyToHost(outcome.address(), info() + Long.BYTES, Long.BYTES, stream.handle());
    if (memory.bytes() > KEPT_BYTES) {
      dropMemory(stream);
    }
  }

  /** Memory for a tall matrix of that size and for its factorization. */
  Plan plan(DType dtype, int rows, int columns, CudaStream stream) {
    cusolver.setStream(stream.handle());
    Cusolver.Room work = cusolver.room(new Cusolver.Matrix(dtype, rows, columns, 0, 0));
    long matrixBytes = aligned(Math.multiplyExact((long) rows * columns, (long) dtype.bytes()));
    long vectorBytes = aligned((long) columns * dtype.bytes());
    long needed = matrixBytes + 2 * vectorBytes + aligned(work.deviceBytes());
    if (memory.bytes() < needed) {
      dropMemory(stream);
      memory = CudaStorage.allocate(gpu, needed);
    }
    if (hostWork.byteSize() < work.hostBytes()) {
      hostWork = host.allocate(work.hostBytes(), ALIGNMENT);
    }
    long matrix = memory.address();
    long tau = matrix + matrixBytes;
    long signs = tau + vectorBytes;
    return new Plan(
        new Cusolver.Matrix(dtype, rows, columns, matrix, tau),
        signs,
        new Cusolver.Room(
            signs + vectorBytes, work.deviceBytes(), hostWork.address(), work.hostBytes()));
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  private void dropMemory(CudaStream user) {
    user.enqueue(List.of(memory), () -> {}); // what used it is queued there
    memory.close();
    memory = CudaStorage.allocate(gpu, 0);
  }

  /** Frees all; nothing that uses it is queued. */
  void destroy() {
    host.close();
    info.close();
    memory.close();
    cusolver.destroy();
  }
}
