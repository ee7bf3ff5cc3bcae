// SPDX-License-Identifier: Apache-2.0
package org.initium;

/**
 * What makes the {@link Fill} of a tensor from its shape; {@code org.initium.initializer.Init} has
 * the known ones, and one of your own may be a lambda:
 *
 * <pre>{@code
 * Initializer small = shape -> new Fill.Normal(0, 1.0 / shape.size(-1));
 * weight.fill(small, Generator.philox(42));
 * }</pre>
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Initializer {
  /**
   * {@return the fill of a tensor of that shape: each time the same for the same shape}
   *
   * @param whole shape of the whole tensor, of which a shard is a region
   * @throws IllegalArgumentException if the shape does not suit this initializer
   */
  Fill fill(Shape whole);
}
