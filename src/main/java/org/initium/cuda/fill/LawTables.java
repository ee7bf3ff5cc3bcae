// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.initium.Fill;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.DeviceLocal;
import org.initium.cuda.device.Gpu;

/**
 * The tables of laws on one device, the last used ones kept. One that a captured fill uses is kept
 * for good, since a graph's replays read it.
 */
public final class LawTables implements DeviceLocal.Value {
  /** Those of a device. */
  public static final DeviceLocal<LawTables> ALL = new DeviceLocal<>(LawTables::new);

  private static final int KEPT = 64;

  /** Which table: f64 has another one than the types computed in f32. */
  public record Key(Fill.PerElement fill, boolean f64) {}

  private static final class Entry {
    private final CudaStorage storage;
    private final AtomicInteger leases = new AtomicInteger();
    private volatile boolean captured;

    Entry(CudaStorage storage) {
      this.storage = storage;
    }

    boolean canGo() {
      return !captured && leases.get() == 0;
    }
  }

  /** A table that stays until this is closed: once the work that uses it is queued. */
  public static final class Lease implements AutoCloseable {
    private final Entry entry;

    private Lease(Entry entry) {
      this.entry = entry;
      entry.leases.incrementAndGet();
    }

    public long address() {
      return entry.storage.address();
    }

    /** Notes that a stream uses it: work there is about to be queued, or captured. */
    void usedBy(CudaStream stream) {
      entry.storage.usedBy(stream.state().mark());
      entry.captured |= stream.isCaptured();
    }

    @Override
    public void close() {
      entry.leases.decrementAndGet();
    }
  }

  private final Gpu gpu;
  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private LawTables(Gpu gpu) {
    this.gpu = gpu;
  }

  /** A table for fills; made of {@code values} if need be. */
  public Lease lease(Key key, MemorySegment values) {
    return gpu.call(() -> leaseNow(key, values));
  }

  private synchronized Lease leaseNow(Key key, MemorySegment values) {
    Entry entry = entries.get(key);
    if (entry == null) {
      makeRoom();
      entry = new Entry(upload(values));
      entries.put(key, entry);
    }
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
      stream.enqueue(
          List.of(storage), () -> gpu.staging().fromHost(values, storage.address(), stream));
    } catch (RuntimeException e) {
      storage.close();
      throw e;
    }
    return storage;
  }

  /** The most marks that the free of one would wait for. */
  public synchronized int marks() {
    return entries.values().stream().mapToInt(entry -> entry.storage.marks()).max().orElse(0);
  }

  @Override
  public synchronized void release() {
    for (Entry entry : entries.values()) {
      entry.storage.close();
    }
    entries.clear();
  }
}
