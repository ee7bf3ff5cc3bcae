package org.initium.cuda;

import org.initium.Event;

/** A CUDA event, without timing. */
final class CudaEvent implements Event {
  private final Gpu gpu;
  private final CudaStream stream;
  private final long handle;
  private boolean closed;

  private CudaEvent(Gpu gpu, CudaStream stream, long handle) {
    this.gpu = gpu;
    this.stream = stream;
    this.handle = handle;
  }

  /** Marks this point of a stream; the device's context is current. */
  static CudaEvent on(Gpu gpu, CudaStream stream, long streamHandle) {
    long handle = gpu.driver().newEvent();
    try {
      gpu.driver().record(handle, streamHandle);
    } catch (CudaException e) {
      gpu.driver().destroyEvent(handle);
      throw e;
    }
    return new CudaEvent(gpu, stream, handle);
  }

  synchronized long handle() {
    if (closed) {
      throw new IllegalStateException("the event on " + gpu.device() + " was closed");
    }
    return handle;
  }

  @Override
  public boolean isDone() {
    try (Current _ = gpu.enter()) {
      return gpu.driver().isDone(handle());
    } catch (CudaException e) {
      throw stream.explained(e);
    }
  }

  @Override
  public void synchronize() {
    try (Current _ = gpu.enter()) {
      gpu.driver().synchronizeEvent(handle());
    } catch (CudaException e) {
      throw stream.explained(e);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      try (Current _ = gpu.enterToGiveBack()) {
        gpu.driver().destroyEvent(handle);
      }
    }
  }
}
