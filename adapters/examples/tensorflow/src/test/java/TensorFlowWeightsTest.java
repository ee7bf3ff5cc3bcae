// SPDX-License-Identifier: Apache-2.0
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.initium.adapters.RecipeFile;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.EagerSession;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class TensorFlowWeightsTest {
  @Test
  void theRuntimeReadsTheNumbersOfARecipesFile(@TempDir Path folder) throws IOException {
    String recipe = "{dtype: f32, tensors: {w: [7, 3]}, rules: [{match: w, init: xavier_uniform}]}";
    Generator generator = Generator.philox(42);
    try (TFloat32 weight = TFloat32.tensorOf(Shape.of(7, 3));
        EagerSession session = EagerSession.create();
        RecipeFile file = RecipeFile.of(folder, recipe, generator)) {
      TensorFlowWeights.fill(weight, Init.xavierUniform(), generator.fork("w"));
      float[] expected = file.floats("w");
      Ops ops = Ops.create(session);
      Operand<TFloat32> negated = ops.math.neg(ops.constantOf(weight));
      for (int i = 0; i < 21; i++) {
        assertEquals(expected[i], weight.getFloat(i / 3, i % 3));
        assertEquals(-expected[i], negated.asTensor().getFloat(i / 3, i % 3));
      }
    }
  }
}
