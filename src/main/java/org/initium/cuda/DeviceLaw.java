package org.initium.cuda;

import java.lang.foreign.MemorySegment;
import org.initium.Fill;
import org.initium.kernel.Parameters;
import org.initium.law.ElementLaw;

/**
 * A law of elements with its table on the device.
 *
 * @param table null where there is none; to be closed once the fill is queued
 */
record DeviceLaw(ElementLaw law, Tables.Lease table) implements AutoCloseable {
  static DeviceLaw of(Fill.PerElement fill, Target target) {
    ElementLaw law = ElementLaw.of(fill, target.dtype());
    return new DeviceLaw(law, lease(law, target.gpu().tables(), fill));
  }

  private static Tables.Lease lease(ElementLaw law, Tables tables, Fill.PerElement fill) {
    return switch (law.table()) {
      case null -> null;
      case float[] table -> tables.lease(new Tables.Key(fill, false), MemorySegment.ofArray(table));
      case double[] table -> tables.lease(new Tables.Key(fill, true), MemorySegment.ofArray(table));
      default -> throw new AssertionError("a table is of floats or doubles");
    };
  }

  /** Notes that a stream uses it. */
  void usedBy(CudaStream stream) {
    if (table != null) {
      table.usedBy(stream);
    }
  }

  /** What kernels take. */
  void addTo(Parameters parameters) {
    if (table != null) {
      parameters.add(table.address());
    }
    for (double number : law.numbers()) {
      parameters.add(number);
    }
  }

  @Override
  public void close() {
    if (table != null) {
      table.close();
    }
  }
}
