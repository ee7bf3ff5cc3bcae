// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.DType;
import org.initium.Fill;
import org.initium.cpu.memory.HostMemory;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.law.quantile.NormalSide;

/**
 * A law's table in the host's memory, where kernels read it until this is closed. Those of the last
 * laws are kept. A truncated normal's is made by a kernel: Java's, which nothing has compiled when
 * a process first fills, would take 5 ms.
 */
final class HostTable implements AutoCloseable {
  private static final int KEPT = 16;

  private static final Map<Object, HostTable> TABLES = new LinkedHashMap<>(2 * KEPT, 0.75f, true);

  private final long address;
  private final long bytes;
  private int users;

  private HostTable(long bytes) {
    this.address = HostMemory.allocate(bytes);
    this.bytes = bytes;
  }

  /** The table of a law for elements of a dtype. */
  static HostTable of(Fill.ByQuantile law, DType dtype, KernelSet kernels) {
    Object key = List.of(NormalSide.key(law), dtype.isWide());
    synchronized (TABLES) {
      HostTable table = TABLES.get(key);
      if (table == null) {
        table = made(law, dtype, kernels);
        if (TABLES.size() >= KEPT) {
          makeRoom();
        }
        TABLES.put(key, table);
      }
      table.users++;
      return table;
    }
  }

  /** All may be in use: then there are more for a while. */
  private static void makeRoom() {
    Iterator<HostTable> oldest = TABLES.values().iterator();
    while (TABLES.size() >= KEPT && oldest.hasNext()) {
      HostTable table = oldest.next();
      if (table.users == 0) {
        oldest.remove();
        table.free();
      }
    }
  }

  private static HostTable made(Fill.ByQuantile law, DType dtype, KernelSet kernels) {
    HostTable table = new HostTable(dtype.isWide() ? Quantile64.BYTES : Quantile32.BYTES);
    try {
      if (law instanceof Fill.TruncatedNormal normal) {
        table.make(normal, dtype, kernels);
      } else {
        table.copy(law, dtype);
      }
      return table;
    } catch (RuntimeException | Error e) {
      table.free();
      throw e;
    }
  }

  /** By the kernel, but where the density is no normal one. */
  private void make(Fill.TruncatedNormal law, DType dtype, KernelSet kernels) {
    NormalSide side = NormalSide.of(law);
    if (!side.isNormal()) {
      copy(law, dtype);
      return;
    }
    boolean even = NormalSide.isEven(law);
    Parameters parameters = new Parameters().add(address).add(even ? 1L : 0L);
    add(parameters, side);
    add(parameters, NormalSide.ofNegated(law));
    String kernel = dtype.isWide() ? "truncated_f64" : "truncated_f32";
    kernels.kernel(kernel).run(parameters.fields(), 0, even ? 1 : 2, 0);
  }

  private static void add(Parameters parameters, NormalSide side) {
    for (double number : side.numbers()) {
      parameters.add(number);
    }
  }

  private void copy(Fill.ByQuantile law, DType dtype) {
    MemorySegment table =
        dtype.isWide()
            ? MemorySegment.ofArray(Quantile64.of(law).table())
            : MemorySegment.ofArray(Quantile32.of(law, dtype).table());
    HostMemory.at(address, bytes).copyFrom(table);
  }

  long address() {
    return address;
  }

  private void free() {
    HostMemory.free(address, bytes);
  }

  @Override
  public void close() {
    synchronized (TABLES) {
      users--;
    }
  }
}
