// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.List;
import org.initium.Stream.Event;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.OsThread;

/** A CUDA event, without timing. */
final class CudaEvent implements Event {
  private final Gpu gpu;
  private final StreamState state; // of the stream whose point this is
  private final long handle;
  private final List<SolverOutcome> covered;
  private boolean closed;

  private CudaEvent(Gpu gpu, StreamState state, long handle, List<SolverOutcome> covered) {
    this.gpu = gpu;
    this.state = state;
    this.handle = handle;
    this.covered = covered;
  }

  /** Marks this point of a stream; the device's context is current. */
  static CudaEvent on(Gpu gpu, CudaStream stream) {
    long streamHandle = stream.handle();
    long handle = gpu.driver().newEvent();
    StreamState state = stream.state();
    List<SolverOutcome> covered = state.outcomes().covered();
    try {
      gpu.driver().record(handle, streamHandle);
    } catch (CudaException e) {
      gpu.driver().destroyEvent(handle);
      throw e;
    }
    return new CudaEvent(gpu, state, handle, covered);
  }

  synchronized long handle() {
    if (closed) {
      throw new IllegalStateException("the event on " + gpu.device() + " was closed");
    }
    return handle;
  }

  /** The outcomes of the fills before it. */
  List<SolverOutcome> covered() {
    return covered;
  }

  @Override
  public boolean isDone() {
    return gpu.call(
        () -> {
          try {
            return gpu.driver().isDone(handle());
          } catch (CudaException e) {
            throw state.explained(e);
          }
        });
  }

  @Override
  public void synchronize() {
    gpu.run(
        () -> {
          state.explaining(() -> gpu.driver().synchronizeEvent(handle()));
          SolverOutcomes outcomes = state.outcomes();
          outcomes.tell(covered, outcomes.waited(OsThread.caller(), false));
        });
  }

  @Override
  public void close() {
    gpu.giveBack(
        () -> {
          synchronized (this) {
            if (closed) {
              return;
            }
            closed = true;
          }
          gpu.driver().destroyEvent(handle);
        });
  }
}
