package org.initium;

/**
 * An initialiser: a value, a pure function from the shape of a whole tensor to its {@link Fill}.
 */
@FunctionalInterface
public interface Init {
  /**
   * The fill of a tensor of that shape.
   *
   * @throws IllegalArgumentException if the shape has too few dimensions for this initialiser
   */
  Fill fill(Shape whole);
}
