package org.initium;

/**
 * What makes the {@link Fill} of a tensor from its shape; {@code org.initium.initializer.Init} has
 * the known ones, and one of your own may be a lambda:
 *
 * <pre>{@code
 * Initializer small = shape -> new Fill.Normal(0, 1.0 / shape.size(-1));
 * weight.fill(small, Generator.philox(42));
 * }</pre>
 */
@FunctionalInterface
public interface Initializer {
  /**
   * The fill of a tensor of that shape; of the same fill for the same shape each time.
   *
   * @throws IllegalArgumentException if the shape does not suit this initializer
   */
  Fill fill(Shape whole);
}
