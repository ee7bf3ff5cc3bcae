// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;

/**
 * How the tensors of a model share a generator.
 *
 * @since 0.1.0
 */
public enum GeneratorSharing {
  /**
   * Each draws from {@code generator.fork(name)}: its values depend on the seed and its name, not
   * on the other tensors, nor on the process that makes them.
   */
  FORKED,
  /** They draw one after the other from the generator itself, which moves on. */
  IN_ORDER;

  /**
   * {@return forked for Philox; in order for the generators that are someone else's sequence}
   *
   * @param generator the model's
   */
  public static GeneratorSharing of(Generator generator) {
    return generator instanceof PhiloxGenerator ? FORKED : IN_ORDER;
  }
}
