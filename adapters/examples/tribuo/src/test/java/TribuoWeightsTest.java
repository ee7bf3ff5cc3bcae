// SPDX-License-Identifier: Apache-2.0
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.tribuo.math.la.DenseMatrix;

class TribuoWeightsTest {
  @Test
  void theMatrixHasTheNumbers() {
    DenseMatrix matrix = TribuoWeights.matrix(4, 3, Init.normal(), Generator.philox(42));
    try (Tensor expected = Tensor.empty(Shape.of(4, 3), DType.F64)) {
      expected.fill(Init.normal(), Generator.philox(42));
      for (int i = 0; i < 12; i++) {
        assertEquals(expected.get(i / 3, i % 3), matrix.get(i / 3, i % 3));
      }
    }
  }
}
