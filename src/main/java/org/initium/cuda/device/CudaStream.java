// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.initium.Device;
import org.initium.Stream;
import org.initium.Stream.Event;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.driver.OsThread;
import org.initium.cuda.driver.WorkMark;
import org.initium.text.Text;

/** A CUDA stream: one of our own, which other streams do not wait for, or someone else's. */
public final class CudaStream implements Stream {
  /** Fills that nobody waits for: then they are waited for here. */
  private static final int MOST_WATCHED = 1024;

  private final Gpu gpu;
  private final long handle;
  private final StreamState own; // null for someone else's, which may be wrapped several times
  private boolean closed;

  private CudaStream(Gpu gpu, long handle, StreamState own) {
    this.gpu = gpu;
    this.handle = handle;
    this.own = own;
  }

  public static CudaStream create(Gpu gpu) {
    return gpu.call(
        () -> new CudaStream(gpu, gpu.driver().newStream(), new StreamState(gpu.driver())));
  }

  public static CudaStream borrowed(Gpu gpu, long handle) {
    return new CudaStream(gpu, handle, null);
  }

  @Override
  public Device device() {
    return gpu.device();
  }

  @Override
  public synchronized long handle() {
    if (closed) {
      throw new IllegalStateException("the stream on " + device() + " was closed");
    }
    return handle;
  }

  public StreamState state() {
    return own != null ? own : gpu.borrowedStreams().of(handle);
  }

  private StreamState held() {
    if (own == null) {
      return gpu.borrowedStreams().held(handle);
    }
    own.mark().hold();
    return own;
  }

  /**
   * Makes calls that queue work here, and marks its end.
   *
   * @param memory what the work uses: it is not freed before the work is done
   */
  public void enqueue(Collection<CudaStorage> memory, Runnable calls) {
    gpu.run(
        () -> {
          handle(); // throws if closed
          StreamState state = held();
          state.outcomes().queued(OsThread.caller());
          List<CudaStorage> held = new ArrayList<>();
          try (Uses _ = () -> mark(state.mark(), held)) {
            for (CudaStorage each : memory) {
              each.hold();
              held.add(each);
              each.usedBy(state.mark());
            }
            calls.run();
          }
        });
  }

  /** Memory in use by calls that are being made, from before the first until the mark is set. */
  private interface Uses extends AutoCloseable {
    @Override
    void close();
  }

  private void mark(WorkMark mark, List<CudaStorage> held) {
    try {
      mark.set(
          event -> {
            if (!isCaptured()) {
              gpu.driver().record(event, handle());
            }
          });
    } finally {
      held.forEach(CudaStorage::release);
    }
  }

  @Override
  public void synchronize() {
    gpu.run(
        () -> {
          refuseCapture("a wait", "it is for work that was not queued yet");
          StreamState state = state();
          List<SolverOutcome> covered = state.outcomes().covered();
          state.explaining(() -> gpu.driver().synchronize(handle()));
          state.forget();
          state.outcomes().tell(covered, state.outcomes().waited(OsThread.caller(), true));
        });
  }

  /** Remembers the outcome of a fill for who waits; the device's context is current. */
  public void watch(SolverOutcome outcome) {
    SolverOutcomes outcomes = state().outcomes();
    outcomes.add(outcome);
    List<SolverOutcome> all = outcomes.covered();
    if (all.size() >= MOST_WATCHED) {
      gpu.driver().synchronize(handle()); // as a full queue of the driver's would
      outcomes.settle(all);
    }
  }

  @Override
  public Event record() {
    return gpu.call(() -> CudaEvent.on(gpu, this));
  }

  @Override
  public void await(Event event) {
    if (event instanceof CudaEvent other) {
      gpu.run(
          () -> {
            gpu.driver().await(handle(), other.handle());
            state().outcomes().addAll(other.covered());
          });
    } else {
      handle(); // throws if closed
      event.synchronize();
    }
  }

  /**
   * Whether work here goes into a graph; the device's context is current.
   *
   * @throws IllegalStateException if work here would spoil the capture of another stream
   */
  public boolean isCaptured() {
    return switch (gpu.driver().capture(handle())) {
      case NONE -> false;
      case ACTIVE -> true;
      case OF_ANOTHER_STREAM ->
          throw new IllegalStateException(
              Text.message(
                  "another stream of %s is captured into a CUDA graph, which work on the default"
                      + " stream would spoil: use a stream of its own, or end the capture first",
                  device()));
    };
  }

  /**
   * Throws if this stream is captured into a graph; the device's context is current.
   *
   * @param work what is asked for
   * @param reason why that cannot be captured
   */
  public void refuseCapture(String work, String reason) {
    if (isCaptured()) {
      throw new IllegalStateException(
          Text.message(
              "%s cannot be captured into a CUDA graph: %s; queue it before the capture begins",
              work, reason));
    }
  }

  @Override
  public void close() {
    if (own != null) {
      gpu.giveBack(this::end);
    }
  }

  /** Waits for the last time, and throws what went wrong. */
  private void end() {
    if (!beginToEnd()) {
      return;
    }
    Driver driver = gpu.driver();
    List<SolverOutcome> covered = own.outcomes().covered();
    try {
      own.explaining(
          () -> {
            driver.twice(() -> driver.synchronize(handle));
            own.mark().end();
          });
      own.outcomes().tell(covered, _ -> true);
    } finally {
      driver.destroyStream(handle);
    }
  }

  private synchronized boolean beginToEnd() {
    if (closed) {
      return false;
    }
    gpu.driver().twice(() -> refuseCapture("closing a stream", "its capture has to end first"));
    closed = true;
    return true;
  }

  /** Someone else's stream is the same however often it is wrapped; ours are only themselves. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof CudaStream that
            && own == null
            && that.own == null
            && gpu == that.gpu
            && handle == that.handle;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(handle);
  }

  @Override
  public String toString() {
    return "Stream(" + device() + ", 0x" + Long.toHexString(handle) + ")";
  }
}
