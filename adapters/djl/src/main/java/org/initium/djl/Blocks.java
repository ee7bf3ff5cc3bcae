// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.initium.Initializer;
import org.initium.random.Generator;

/** Blocks of DJL's, initialized by the names of their parameters. */
public final class Blocks {
  private Blocks() {}

  /**
   * Initializes a block as {@link Block#initialize} does, each parameter by the first rule that
   * fits its name in {@link Block#getParameters} ({@code 01Linear_weight}). A parameter has a
   * generator of its own, {@code generator.fork(name)}, so that its values depend on the seed and
   * its name and not on the other parameters: a recipe with the same names, shapes and rules makes
   * a file with the same bits.
   *
   * <p>Parameters that have values already keep them. One that several places of a block share goes
   * by the first of its names, as in {@code torch.nn.Module.named_parameters}.
   *
   * @param inputs the shapes of the input
   * @throws IllegalArgumentException if no rule fits some of the names, listing them, or a fill
   *     does not fit a shape, naming the parameter
   */
  public static void initialize(
      Block block,
      Rules rules,
      Generator generator,
      NDManager manager,
      DataType dataType,
      Shape... inputs) {
    List<String> without = new ArrayList<>();
    Map<Parameter, Named> settings = new LinkedHashMap<>();
    for (Pair<String, Parameter> named : block.getParameters()) {
      Parameter parameter = named.getValue();
      String name = named.getKey();
      if (parameter.isInitialized() || settings.containsKey(parameter)) {
        continue;
      }
      Optional<Initializer> initializer = rules.initializer(name);
      if (initializer.isPresent()) {
        settings.put(parameter, new Named(name, initializer.get(), generator));
      } else {
        without.add(name);
      }
    }
    if (!without.isEmpty()) {
      throw new IllegalArgumentException(
          "no rule fits " + String.join(", ", without) + "; a last rule for \"*\" would fit all");
    }
    for (Map.Entry<Parameter, Named> setting : settings.entrySet()) {
      setting.getKey().setInitializer(setting.getValue());
    }
    block.initialize(manager, dataType, inputs);
  }

  /** What a parameter of that name is made by. Not a lambda: a first one takes a process 5 ms. */
  private record Named(String name, Initializer initializer, Generator generator)
      implements ai.djl.training.initializer.Initializer {
    @Override
    public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
      try {
        return Arrays.create(manager, shape, dataType, initializer, generator.fork(name));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
      }
    }
  }
}
