// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.initializer.TruncatedNormalInitializer;
import ai.djl.training.initializer.UniformInitializer;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.initium.random.Generator;

/**
 * Times the initialization of six Linear 4096 x 4096, 100.7 million f32 parameters, by DJL's own
 * initializers or by ours: a line for each call with its milliseconds by the clock and of the
 * processor, all threads together. The memory of a call is new. For bench/engines.py.
 */
final class DjlTime {
  private static final int WIDTH = 4096;
  private static final int LAYERS = 6;

  private DjlTime() {}

  public static void main(String[] arguments) throws IOException {
    String law = arguments[0];
    boolean ours = arguments[1].equals("ours");
    int calls = Integer.parseInt(arguments[2]);
    OperatingSystemMXBean process =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (NDManager engine = NDManager.newBaseManager()) { // loads libtorch, which both need
      engine.ones(new Shape(1)).close();
      System.out.println("ready");
      System.in.read(); // the bench sees to the machine's memory meanwhile
      for (int call = 0; call < calls; call++) {
        Block block = block();
        try (NDManager manager = engine.newSubManager()) {
          long clock = System.nanoTime();
          long processor = process.getProcessCpuTime();
          if (ours) {
            Rules rules = Rules.of("*", initium(law));
            Generator generator = Generator.philox(call);
            Blocks.initialize(
                block, rules, generator, manager, DataType.FLOAT32, new Shape(1, WIDTH));
          } else {
            block.setInitializer(djl(law), Parameter.Type.WEIGHT);
            block.initialize(manager, DataType.FLOAT32, new Shape(1, WIDTH));
          }
          System.out.println(
              (System.nanoTime() - clock) / 1e6
                  + " "
                  + (process.getProcessCpuTime() - processor) / 1e6);
        }
        block.clear();
      }
    }
  }

  private static Block block() {
    SequentialBlock block = new SequentialBlock();
    for (int layer = 0; layer < LAYERS; layer++) {
      block.add(Linear.builder().setUnits(WIDTH).optBias(false).build());
    }
    return block;
  }

  private static Initializer djl(String law) {
    return switch (law) {
      case "uniform" -> new UniformInitializer(0.07f);
      case "normal" -> new NormalInitializer(0.01f);
      default -> new TruncatedNormalInitializer(0.01f);
    };
  }

  /** The same laws. */
  private static String initium(String law) {
    return switch (law) {
      case "uniform" -> "uniform(-0.07, 0.07)";
      case "normal" -> "normal(std=0.01)";
      default -> "truncated_normal(std=0.01)";
    };
  }
}
