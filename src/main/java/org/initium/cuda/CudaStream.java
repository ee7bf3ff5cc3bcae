package org.initium.cuda;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.initium.DType;
import org.initium.Device;
import org.initium.Event;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.text.Text;

/**
 * A CUDA stream: one of our own, which other streams do not wait for, or someone else's. It
 * remembers the last fills that were queued on it, since an error in one of them shows only when
 * someone waits.
 */
final class CudaStream implements Stream {
  private static final int REMEMBERED = 8;

  /** What an error that shows late may have come from; holds no memory. */
  private record Work(Fill fill, Shape shape, DType dtype) {
    @Override
    public String toString() {
      return fill + " of " + shape + " in " + dtype;
    }
  }

  private final Gpu gpu;
  private final long handle;
  private final boolean own;
  private final ArrayDeque<Work> recent = new ArrayDeque<>();
  private final Set<Solver> watched = new HashSet<>();
  private boolean closed;

  private CudaStream(Gpu gpu, long handle, boolean own) {
    this.gpu = gpu;
    this.handle = handle;
    this.own = own;
  }

  static CudaStream create(Gpu gpu) {
    try (Current _ = gpu.enter()) {
      return new CudaStream(gpu, gpu.driver().newStream(), true);
    }
  }

  static CudaStream borrowed(Gpu gpu, long handle) {
    return new CudaStream(gpu, handle, false);
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

  synchronized void remember(Tensor tensor, Fill fill) {
    if (recent.size() == REMEMBERED) {
      recent.removeFirst();
    }
    recent.add(new Work(fill, tensor.shape(), tensor.dtype()));
  }

  @Override
  public void synchronize() {
    long stream = handle();
    try (Current _ = gpu.enter()) {
      gpu.driver().synchronize(stream);
    } catch (CudaException e) {
      throw explained(e);
    }
    try {
      checkSolvers();
    } finally {
      forget();
    }
  }

  /** Makes the next wait look at what cuSOLVER says of its work. */
  synchronized void watch(Solver solver) {
    watched.add(solver);
  }

  /** Not under this stream's lock, which others take while they hold a solver's. */
  private void checkSolvers() {
    for (Solver solver : takeWatched()) {
      solver.check(this, handle);
    }
  }

  private synchronized List<Solver> takeWatched() {
    List<Solver> solvers = List.copyOf(watched);
    watched.clear();
    return solvers;
  }

  private synchronized void forget() {
    recent.clear();
  }

  /** The error, with the fills that were queued since the stream was last known to be sound. */
  synchronized CudaException explained(CudaException late) {
    if (recent.isEmpty()) {
      return late;
    }
    String work =
        "queued on this stream since it was last waited for: "
            + recent.stream().map(Work::toString).collect(Collectors.joining(", "));
    return late instanceof ContextLostException lost
        ? new ContextLostException(lost, work)
        : new CudaException(late, work);
  }

  @Override
  public Event record() {
    long stream = handle();
    try (Current _ = gpu.enter()) {
      return CudaEvent.on(gpu, this, stream);
    }
  }

  @Override
  public void await(Event event) {
    long stream = handle();
    if (event instanceof CudaEvent other) {
      try (Current _ = gpu.enter()) {
        gpu.driver().await(stream, other.handle());
      }
    } else {
      event.synchronize();
    }
  }

  /**
   * Throws if this stream is captured into a graph.
   *
   * @param work what is asked for
   * @param reason why that cannot be captured
   */
  void refuseCapture(String work, String reason) {
    try (Current _ = gpu.enter()) {
      if (gpu.driver().isCapturing(handle())) {
        throw new IllegalStateException(
            Text.message(
                "%s cannot be captured into a CUDA graph: %s; queue it before the capture begins",
                work, reason));
      }
    }
  }

  /** Makes another stream of this device wait for what is queued on this one now. */
  synchronized void makeWait(long other) {
    if (own && closed) {
      return; // its work was done when it was closed
    }
    if (!own && handle != 0) {
      gpu.driver().synchronizeContext(); // its owner may have destroyed it by now
      return;
    }
    long event = gpu.driver().newEvent();
    try {
      gpu.driver().record(event, handle);
      gpu.driver().await(other, event);
    } finally {
      gpu.driver().destroyEvent(event);
    }
  }

  @Override
  public void close() {
    CudaException failure;
    synchronized (this) {
      if (!own || closed) {
        return;
      }
      closed = true;
      failure = finish();
    }
    try (Current _ = gpu.enterToGiveBack()) {
      try {
        if (failure != null) {
          throw failure;
        }
        checkSolvers();
      } finally {
        gpu.driver().destroyStream(handle);
      }
    }
  }

  /** Waits for the last time, and returns what went wrong; null if nothing did. */
  private CudaException finish() {
    try (Current _ = gpu.enterToGiveBack()) {
      gpu.driver().twice(() -> gpu.driver().synchronize(handle));
      return null;
    } catch (CudaException e) {
      return explained(e);
    }
  }

  /** Someone else's stream is the same however often it is wrapped; ours are only themselves. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof CudaStream that
            && !own
            && !that.own
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
