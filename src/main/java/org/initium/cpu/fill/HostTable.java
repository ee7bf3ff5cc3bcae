// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
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

  private static final LinkedHashMap<Object, HostTable> TABLES =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true);

  private final long address;
  private final long bytes;
  private int users = 1; // of whom those that keep the last ones are one

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
        TABLES.put(key, table);
        if (TABLES.size() > KEPT) {
          TABLES.pollFirstEntry().getValue().close();
        }
      }
      table.users++;
      return table;
    }
  }

  /** By the kernel, but where the density is no normal one. */
  private static HostTable made(Fill.ByQuantile law, DType dtype, KernelSet kernels) {
    if (law instanceof Fill.TruncatedNormal normal) {
      NormalSide side = NormalSide.of(normal);
      if (side.isNormal()) {
        return made(normal, side, dtype.isWide(), kernels);
      }
    }
    MemorySegment series =
        dtype.isWide()
            ? MemorySegment.ofArray(Quantile64.of(law).table())
            : MemorySegment.ofArray(Quantile32.of(law, dtype).table());
    HostTable table = new HostTable(series.byteSize());
    HostMemory.at(table.address, table.bytes).copyFrom(series);
    return table;
  }

  private static HostTable made(
      Fill.TruncatedNormal law, NormalSide side, boolean wide, KernelSet kernels) {
    boolean even = NormalSide.isEven(law);
    HostTable table = new HostTable(wide ? Quantile64.BYTES : Quantile32.BYTES);
    Parameters parameters = new Parameters().add(table.address).add(even ? 1L : 0L);
    for (NormalSide each : new NormalSide[] {side, NormalSide.ofNegated(law)}) {
      for (double number : each.numbers()) {
        parameters.add(number);
      }
    }
    String kernel = wide ? "truncated_f64" : "truncated_f32";
    kernels.kernel(kernel).run(parameters.fields(), 0, even ? 1 : 2, 0);
    return table;
  }

  long address() {
    return address;
  }

  @Override
  public void close() {
    synchronized (TABLES) {
      if (--users == 0) {
        HostMemory.free(address, bytes);
      }
    }
  }
}
