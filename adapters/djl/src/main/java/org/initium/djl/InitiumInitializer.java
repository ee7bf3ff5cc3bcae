// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Objects;
import org.initium.Initializer;
import org.initium.random.Generator;

/**
 * One of our initializers as DJL's:
 *
 * <pre>{@code
 * block.setInitializer(
 *     new InitiumInitializer(Init.kaimingUniform(), Generator.philox(42)), Parameter.Type.WEIGHT);
 * }</pre>
 *
 * <p>DJL tells an initializer no name, so that each array takes the numbers that come next from the
 * generator, in the order in which DJL asks. {@link Blocks#initialize} goes by names.
 */
public final class InitiumInitializer implements ai.djl.training.initializer.Initializer {
  private final Initializer initializer;
  private final Generator generator;

  /**
   * An initializer that draws from a generator.
   *
   * @param generator moved on by each array; not to be used by two threads at a time
   */
  public InitiumInitializer(Initializer initializer, Generator generator) {
    this.initializer = Objects.requireNonNull(initializer, "initializer");
    this.generator = Objects.requireNonNull(generator, "generator");
  }

  /**
   * A new array with the initial values.
   *
   * @throws IllegalArgumentException if there is no fill for the shape or the data type
   */
  @Override
  public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
    return Arrays.create(manager, shape, dataType, initializer, generator);
  }
}
