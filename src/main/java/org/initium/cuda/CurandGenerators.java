package org.initium.cuda;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * cuRAND's generators on one device, of each type one for each thread. Fills of a thread on several
 * streams use one after the other: the later one waits, on the device.
 */
final class CurandGenerators {
  /** A generator, and an event behind its last use. */
  private record Entry(Curand curand, long done) {}

  private final Gpu gpu;
  private final Idle<Entry> idle = new Idle<>();

  CurandGenerators(Gpu gpu) {
    this.gpu = gpu;
  }

  /** Queues work with a generator of that type on the stream. */
  void with(
      CudaOptions.CurandGenerator type,
      CudaStream stream,
      long seed,
      long offset,
      Consumer<Curand> work) {
    Entry entry = take(type);
    try {
      gpu.driver().await(stream.handle(), entry.done);
      entry.curand.start(stream.handle(), seed, offset);
      work.accept(entry.curand);
      gpu.driver().record(entry.done, stream.handle());
    } catch (RuntimeException e) {
      abandon(entry, stream);
      throw e;
    }
    idle.add(entry);
  }

  private Entry take(CudaOptions.CurandGenerator type) {
    return idle.take(entry -> entry.curand.type() == type).orElseGet(() -> make(type));
  }

  private Entry make(CudaOptions.CurandGenerator type) {
    Curand curand = new Curand(gpu.device().toString(), type);
    try {
      return new Entry(curand, gpu.driver().newEvent());
    } catch (CudaException e) {
      curand.destroy();
      throw e;
    }
  }

  /** After a failure: what is queued may still use it. */
  private void abandon(Entry entry, CudaStream stream) {
    try {
      gpu.driver().synchronize(stream.handle());
      free(entry);
    } catch (CudaException e) {
      // The failure that led here is the one to report.
    }
  }

  private void free(Entry entry) {
    gpu.driver().destroyEvent(entry.done);
    entry.curand.destroy();
  }

  /** Destroys all; the device is idle. */
  void release() {
    for (Optional<Entry> entry = idle.takeAny(); entry.isPresent(); entry = idle.takeAny()) {
      free(entry.get());
    }
  }
}
