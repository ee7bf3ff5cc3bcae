package org.initium.cuda;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.initium.Fill;

/**
 * The tables of truncated normal laws on one device, the last used ones kept. One that a captured
 * fill uses is kept for good, since a graph's replays read it.
 */
final class Tables {
  private static final int KEPT = 64;

  /** Which table: f64 has another one than the types computed in f32. */
  record Key(Fill.TruncatedNormal fill, boolean f64) {}

  private static final class Entry {
    private final CudaStorage storage;
    private final AtomicInteger leases = new AtomicInteger();
    private boolean captured;

    Entry(CudaStorage storage) {
      this.storage = storage;
    }

    boolean canGo() {
      return !captured && leases.get() == 0;
    }
  }

  /** A table that stays until this is closed: once the work that uses it is queued. */
  static final class Lease implements AutoCloseable {
    private final Entry entry;

    private Lease(Entry entry) {
      this.entry = entry;
      entry.leases.incrementAndGet();
    }

    long address() {
      return entry.storage.address();
    }

    @Override
    public void close() {
      entry.leases.decrementAndGet();
    }
  }

  private final Gpu gpu;
  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  Tables(Gpu gpu) {
    this.gpu = gpu;
  }

  /** A table for a fill on the stream; made of {@code values} if need be. */
  synchronized Lease lease(Key key, MemorySegment values, CudaStream stream) {
    Entry entry = entries.get(key);
    if (entry == null) {
      makeRoom();
      entry = new Entry(upload(values));
      entries.put(key, entry);
    }
    entry.storage.usedBy(stream);
    entry.captured |= gpu.driver().isCapturing(stream.handle());
    return new Lease(entry);
  }

  private void makeRoom() {
    if (entries.size() >= KEPT) {
      entries.entrySet().stream()
          .filter(entry -> entry.getValue().canGo())
          .findFirst()
          .map(Map.Entry::getKey)
          .ifPresent(oldest -> entries.remove(oldest).storage.close());
    }
  }

  /** Other streams may read it at once, so it is there when this returns. */
  private CudaStorage upload(MemorySegment values) {
    CudaStorage storage = CudaStorage.allocate(gpu, values.byteSize());
    try (CudaStream stream = CudaStream.create(gpu)) {
      gpu.staging().fromHost(values, storage.address(), stream.handle());
    } catch (RuntimeException e) {
      // The copy may be queued still, on a stream that could not be waited for.
      try (Current _ = gpu.enterToGiveBack()) {
        gpu.driver().synchronizeContext();
      } catch (CudaException more) {
        e.addSuppressed(more);
      }
      storage.close();
      throw e;
    }
    return storage;
  }

  synchronized void release() {
    for (Entry entry : entries.values()) {
      entry.storage.close();
    }
    entries.clear();
  }
}
