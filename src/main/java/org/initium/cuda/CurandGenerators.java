package org.initium.cuda;

import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;

/**
 * cuRAND's generators on one device that nobody uses at the moment. Fills on several streams may
 * use one after the other: the later one waits, on the device.
 */
final class CurandGenerators {
  /** A generator, and an event behind its last use. */
  private record Entry(Curand curand, long done) {}

  private final Gpu gpu;
  private final ConcurrentLinkedDeque<Entry> idle = new ConcurrentLinkedDeque<>();

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
    idle.push(entry);
  }

  private Entry take(CudaOptions.CurandGenerator type) {
    for (Iterator<Entry> entries = idle.iterator(); entries.hasNext(); ) {
      Entry entry = entries.next();
      if (entry.curand.type() == type && idle.remove(entry)) {
        return entry;
      }
    }
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
    for (Entry entry = idle.poll(); entry != null; entry = idle.poll()) {
      free(entry);
    }
  }
}
