// SPDX-License-Identifier: Apache-2.0
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.initium.adapters.RecipeFile;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.math.la.DenseMatrix;

class TribuoWeightsTest {
  @Test
  void theMatrixHasTheNumbersOfARecipesFile(@TempDir Path folder) throws IOException {
    String recipe = "{dtype: f64, tensors: {w: [4, 3]}, rules: [{match: w, init: normal}]}";
    Generator generator = Generator.philox(42);
    DenseMatrix matrix = TribuoWeights.matrix(4, 3, Init.normal(), generator.fork("w"));
    try (RecipeFile file = RecipeFile.of(folder, recipe, generator)) {
      double[] expected = file.doubles("w");
      for (int i = 0; i < 12; i++) {
        assertEquals(expected[i], matrix.get(i / 3, i % 3));
      }
    }
  }
}
