// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import org.initium.Fill;
import org.initium.cuda.device.CudaStream;
import org.initium.kernel.Parameters;
import org.initium.law.ElementLaw;

/**
 * A law of elements with its table on the device.
 *
 * @param numbers what kernels take, the table's address before them
 * @param table null where there is none; to be closed once the fill is queued
 */
public record DeviceLaw(ElementLaw.Family family, double[] numbers, LawTables.Table table)
    implements AutoCloseable {
  public static DeviceLaw of(Fill.PerElement fill, FillTarget target) {
    ElementLaw law = ElementLaw.of(fill, target.dtype());
    Object values = law.table();
    LawTables.Table table =
        values == null ? null : LawTables.ALL.of(target.gpu()).lease(fill, values);
    return new DeviceLaw(ElementLaw.Family.of(fill), law.numbers(), table);
  }

  /** Notes that a stream uses it. */
  void usedBy(CudaStream stream) {
    if (table != null) {
      table.usedBy(stream);
    }
  }

  /** What kernels take. */
  public void addTo(Parameters parameters) {
    if (table != null) {
      parameters.add(table.address());
    }
    for (double number : numbers) {
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
