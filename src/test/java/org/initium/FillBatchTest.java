// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.junit.jupiter.api.Test;

class FillBatchTest {
  /** A batch that was refused can be queued again, and nothing of it was drawn. */
  @Test
  void whatIsRefusedStays() {
    PhiloxGenerator generator = Generator.philox(7);
    FillBatch batch = new FillBatch();
    try (Tensor open = Tensor.empty(Shape.of(3, 5), DType.F32);
        Stream stream = Stream.wrap(Device.CPU, 0)) {
      Tensor closed = Tensor.empty(Shape.of(2), DType.F32);
      batch.add(open, Init.ones(), generator).add(closed, Init.normal(), generator);
      closed.close();
      assertThrows(IllegalStateException.class, () -> batch.queue(stream));
      assertEquals(2, batch.size());
      assertEquals(0, generator.offset());
    }
  }
}
