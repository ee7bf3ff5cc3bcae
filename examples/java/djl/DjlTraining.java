// SPDX-License-Identifier: Apache-2.0
import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.Random;
import org.initium.djl.Blocks;
import org.initium.djl.Rules;
import org.initium.random.Generator;

/**
 * DJL trains two small nets that Initium initialized, to tell bars in four directions on noisy
 * pictures of 12 x 12 pixels that are made here: {@code DjlTraining} prints their losses.
 */
public final class DjlTraining {
  public static final int STEPS = 40;
  public static final Shape PICTURES = new Shape(64, 1, 12, 12);
  public static final Rules RULES =
      Rules.of("*bias", "zeros")
          .then("*Conv2d_weight", "kaiming_normal(nonlinearity=relu)")
          .then("*Linear_weight", "xavier_uniform");

  private DjlTraining() {}

  public static void main(String[] args) {
    for (Block block : new Block[] {perceptron(), convolutional()}) {
      try (Model model = model(block);
          NDManager manager = model.getNDManager().newSubManager()) {
        Blocks.initialize(block, RULES, Generator.philox(42), manager, DataType.FLOAT32, PICTURES);
        System.out.println(java.util.Arrays.toString(losses(model)));
      }
    }
  }

  public static Model model(Block block) {
    Model model = Model.newInstance("bars", Device.cpu(), "PyTorch");
    model.setBlock(block);
    return model;
  }

  public static Block perceptron() {
    return new SequentialBlock()
        .add(ai.djl.nn.Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(64).build())
        .add(Activation::relu)
        .add(Linear.builder().setUnits(4).build());
  }

  public static Block convolutional() {
    return new SequentialBlock()
        .add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(8).build())
        .add(Activation::relu)
        .add(ai.djl.nn.Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(4).build());
  }

  /** Trains a model whose block has its initial values, and returns the loss of each step. */
  public static float[] losses(Model model) {
    Random random = new Random(1);
    float[] losses = new float[STEPS];
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
            .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build())
            .optDevices(new Device[] {Device.cpu()});
    try (Trainer trainer = model.newTrainer(config)) {
      trainer.initialize(PICTURES);
      for (int step = 0; step < STEPS; step++) {
        try (NDManager manager = trainer.getManager().newSubManager();
            GradientCollector gradients = trainer.newGradientCollector()) {
          int[] bars = random.ints(PICTURES.get(0), 0, 4).toArray();
          NDArray pictures = manager.create(pictures(bars, random), PICTURES);
          NDList labels = new NDList(manager.create(bars));
          NDArray loss = trainer.getLoss().evaluate(labels, trainer.forward(new NDList(pictures)));
          gradients.backward(loss);
          losses[step] = loss.getFloat();
        }
        trainer.step();
      }
    }
    return losses;
  }

  private static float[] pictures(int[] bars, Random random) {
    float[] pixels = new float[bars.length * 144];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (0.3 * random.nextGaussian());
    }
    for (int k = 0; k < bars.length; k++) {
      int shift = random.nextInt(12);
      for (int i = 0; i < 12; i++) {
        int at = (i + shift) % 12;
        int pixel =
            switch (bars[k]) {
              case 0 -> 12 * shift + i;
              case 1 -> 12 * i + shift;
              case 2 -> 12 * i + at;
              default -> 12 * i + 11 - at;
            };
        pixels[144 * k + pixel] += 2;
      }
    }
    return pixels;
  }
}
