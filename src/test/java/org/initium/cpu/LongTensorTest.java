// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.Fills;
import org.initium.testing.Reference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A tensor with more elements than an int can count. */
@Tag("slow")
class LongTensorTest {
  private static final long N = (1L << 31) + 100_003;

  @Test
  void moreThanTwoToTheThirtyOneElements() {
    Fill.Uniform law = new Fill.Uniform(-1, 1);
    try (Tensor tensor = Tensor.empty(Shape.of(N), DType.BF16)) {
      Fills.fill(tensor, law, Generator.philox(8, 5));
      for (long middle : new long[] {1000, 1L << 30, Integer.MAX_VALUE, N - 1000}) {
        for (long i = middle - 1000; i < middle + 1000; i++) {
          double expected = Reference.at(law, tensor.shape(), DType.BF16, 8, 5, i);
          assertEquals(expected, tensor.get(i), "element " + i);
        }
      }
    }
  }
}
