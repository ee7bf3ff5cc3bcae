// SPDX-License-Identifier: Apache-2.0
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.adapters.RecipeFile;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class Nd4jWeightsTest {
  private static void assertIs(Init init, Generator generator, INDArray actual) {
    long rows = actual.size(0);
    long columns = actual.size(1);
    try (Tensor expected = Tensor.empty(Shape.of(rows, columns), DType.F32)) {
      expected.fill(init, generator);
      for (long i = 0; i < rows * columns; i++) {
        assertEquals(
            (float) expected.get(i / columns, i % columns),
            actual.getFloat(i / columns, i % columns));
      }
    }
  }

  @Test
  void layersHaveTheNumbersOfARecipesFile(@TempDir Path folder) throws IOException {
    String recipe =
        """
        dtype: f32
        tensors: {0_W: [5, 7], 1_W: [7, 3]}
        rules:
          - {match: 0_W, init: xavier_uniform}
          - {match: 1_W, init: "normal(std=0.5)"}
        """;
    Generator generator = Generator.philox(1);
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(
                new DenseLayer.Builder()
                    .nIn(5)
                    .nOut(7)
                    .weightInit(new Nd4jWeights(Init.xavierUniform(), generator.fork("0_W")))
                    .build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                    .nIn(7)
                    .nOut(3)
                    .weightInit(new Nd4jWeights(Init.normal(0, 0.5), generator.fork("1_W")))
                    .build())
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    try (RecipeFile file = RecipeFile.of(folder, recipe, generator)) {
      for (String name : file.names()) {
        float[] expected = file.floats(name);
        INDArray weight = network.getParam(name);
        for (int i = 0; i < expected.length; i++) {
          long columns = weight.size(1);
          assertEquals(expected[i], weight.getFloat(i / columns, i % columns), name);
        }
      }
    }
    assertEquals(0, network.getParam("0_b").sumNumber().doubleValue());
  }

  @Test
  void aSliceLeavesItsNeighborsAlone() {
    INDArray whole = Nd4j.ones(6, 8).mul(9);
    INDArray slice = whole.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(2, 7));
    Nd4jWeights.fill(slice, Init.uniform(), Generator.philox(3));
    assertIs(Init.uniform(), Generator.philox(3), slice);
    assertEquals(
        9 * (48 - 15), whole.sumNumber().doubleValue() - slice.sumNumber().doubleValue(), 1e-3);
  }
}
