// SPDX-License-Identifier: Apache-2.0
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import java.util.function.Supplier;
import org.initium.djl.Blocks;
import org.initium.libtorch.Libtorch;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;

/** The example in examples/java/djl. */
class DjlTrainingTest {
  private static float[] byAdapter(Block block) {
    try (Model model = DjlTraining.model(block);
        NDManager manager = model.getNDManager().newSubManager()) {
      Blocks.initialize(
          block,
          DjlTraining.RULES,
          Generator.philox(42),
          manager,
          DataType.FLOAT32,
          DjlTraining.PICTURES);
      return DjlTraining.losses(model);
    }
  }

  /** DJL makes the arrays, and what is in them is filled by their handles afterwards. */
  private static float[] inPlace(Block block) {
    try (Model model = DjlTraining.model(block);
        NDManager manager = model.getNDManager().newSubManager()) {
      block.setInitializer(Initializer.ONES, parameter -> true);
      block.initialize(manager, DataType.FLOAT32, DjlTraining.PICTURES);
      for (Pair<String, Parameter> named : block.getParameters()) {
        Libtorch.ofProcess()
            .fill(
                ((PtNDArray) named.getValue().getArray()).getHandle(),
                DjlTraining.RULES.initializer(named.getKey()).orElseThrow(),
                Generator.philox(42).fork(named.getKey()));
      }
      return DjlTraining.losses(model);
    }
  }

  private static void assertLearns(Supplier<Block> block) {
    float[] losses = byAdapter(block.get());
    assertArrayEquals(losses, inPlace(block.get()));
    assertTrue(losses[0] > 1, "the first loss is " + losses[0]);
    float last = losses[DjlTraining.STEPS - 1];
    assertTrue(last < 0.7 * losses[0], "from " + losses[0] + " to " + last);
  }

  @Test
  void aPerceptronLearnsTheSameEitherWay() {
    assertLearns(DjlTraining::perceptron);
  }

  @Test
  void aConvolutionalNetLearnsTheSameEitherWay() {
    assertLearns(DjlTraining::convolutional);
  }
}
