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
  private record Key(Fill.PerElement fill, boolean f64) {}

  /** A table, which stays until all who got it have closed it: once their work is queued. */
  public static final class Table implements AutoCloseable {
    private final CudaStorage storage;
    private final AtomicInteger leases = new AtomicInteger();
    private volatile boolean captured;

    private Table(CudaStorage storage) {
      this.storage = storage;
    }

    public long address() {
      return storage.address();
    }

    /** Notes that a stream uses it: work there is about to be queued, or captured. */
    void usedBy(CudaStream stream) {
      storage.usedBy(stream.state().mark());
      captured |= stream.isCaptured();
    }

    private boolean canGo() {
      return !captured && leases.get() == 0;
    }

    @Override
    public void close() {
      leases.decrementAndGet();
    }
  }

  private final Gpu gpu;
  private final LinkedHashMap<Key, Table> tables = new LinkedHashMap<>(16, 0.75f, true);

  private LawTables(Gpu gpu) {
    this.gpu = gpu;
  }

  /**
   * A table for fills, which they close.
   *
   * @param values what it is made of if need be: of f64 a double[], else a float[]
   */
  public Table lease(Fill.PerElement fill, Object values) {
    return gpu.call(() -> leaseNow(new Key(fill, values instanceof double[]), values));
  }

  private synchronized Table leaseNow(Key key, Object values) {
    Table table = tables.get(key);
    if (table == null) {
      makeRoom();
      table = new Table(upload(values));
      tables.put(key, table);
    }
    table.leases.incrementAndGet();
    return table;
  }

  private void makeRoom() {
    if (tables.size() >= KEPT) {
      tables.entrySet().stream()
          .filter(entry -> entry.getValue().canGo())
          .findFirst()
          .map(Map.Entry::getKey)
          .ifPresent(oldest -> tables.remove(oldest).storage.close());
    }
  }

  /** Other streams may read it at once, so it is there when this returns. */
  private CudaStorage upload(Object table) {
    MemorySegment values =
        table instanceof double[] wide
            ? MemorySegment.ofArray(wide)
            : MemorySegment.ofArray((float[]) table);
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
    return tables.values().stream().mapToInt(table -> table.storage.marks()).max().orElse(0);
  }

  @Override
  public synchronized void release() {
    tables.values().forEach(table -> table.storage.close());
    tables.clear();
  }
}
