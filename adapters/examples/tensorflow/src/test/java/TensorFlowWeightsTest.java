// SPDX-License-Identifier: Apache-2.0
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.initium.DType;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.tensorflow.EagerSession;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class TensorFlowWeightsTest {
  @Test
  void theRuntimeReadsWhatWasFilled() {
    try (TFloat32 weight = TFloat32.tensorOf(Shape.of(7, 3));
        EagerSession session = EagerSession.create();
        Tensor expected = Tensor.empty(org.initium.Shape.of(7, 3), DType.F32)) {
      TensorFlowWeights.fill(weight, Init.xavierUniform(), Generator.philox(42).fork("w"));
      expected.fill(Init.xavierUniform(), Generator.philox(42).fork("w"));
      Ops ops = Ops.create(session);
      Operand<TFloat32> negated = ops.math.neg(ops.constantOf(weight));
      for (long i = 0; i < 21; i++) {
        float ours = (float) expected.get(i / 3, i % 3);
        assertEquals(ours, weight.getFloat(i / 3, i % 3));
        assertEquals(-ours, negated.asTensor().getFloat(i / 3, i % 3));
      }
    }
  }
}
