// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.initium.text.Text;

/**
 * The sizes of a tensor's dimensions, outermost first; immutable. A scalar has none.
 *
 * @since 0.1.0
 */
public final class Shape implements Serializable {
  private static final long serialVersionUID = 1;

  /** The most dimensions that a tensor of a file or a recipe may have, as in NumPy. */
  public static final int MOST_DIMENSIONS = 64;

  private final long[] sizes;
  private final long numel;

  private Shape(long[] sizes) {
    this.sizes = sizes;
    long product = 1;
    boolean empty = false;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] < 0) {
        throw new IllegalArgumentException(
            "size " + sizes[d] + " of dimension " + d + " is negative; sizes are 0 or more");
      }
      empty |= sizes[d] == 0;
    }
    for (long size : sizes) {
      try {
        product = empty ? 0 : Math.multiplyExact(product, size);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(sizes) + " has more than 2^63 - 1 elements", e);
      }
    }
    this.numel = product;
  }

  /**
   * {@return a shape of these sizes}
   *
   * {@snippet :
   * Shape shape = Shape.of(64, 32, 3, 3);
   * }
   *
   * @param sizes one for each dimension, 0 or more; none for a scalar
   * @throws IllegalArgumentException if a size is negative or their product passes 2^63 - 1
   */
  public static Shape of(long... sizes) {
    return new Shape(sizes.clone());
  }

  /**
   * {@return the shape that is written {@code 512,256}; the empty string is a scalar}
   *
   * {@snippet :
   * Shape shape = Shape.parse("64,32,3,3");
   * }
   *
   * @param text sizes, with commas between them
   * @throws IllegalArgumentException if a size is no number, is negative, or their product passes
   *     2^63 - 1
   */
  public static Shape parse(String text) {
    if (text.isBlank()) {
      return of();
    }
    try {
      return of(
          Arrays.stream(text.split(",", -1)).mapToLong(s -> Long.parseLong(s.trim())).toArray());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "shape '" + text + "' is not a list of sizes; write them as 512,256", e);
    }
  }

  /** {@return number of dimensions} */
  public int rank() {
    return sizes.length;
  }

  /**
   * {@return size of dimension {@code d}; a negative {@code d} counts from the end}
   *
   * @param d a dimension, from {@code -rank} to {@code rank - 1}
   * @throws IllegalArgumentException if there is no such dimension
   */
  public long size(int d) {
    return sizes[dimension(d)];
  }

  /**
   * {@return the index of a dimension, which may be given from the end}
   *
   * @param d a dimension, from {@code -rank} to {@code rank - 1}
   * @throws IllegalArgumentException if there is no such dimension
   */
  public int dimension(int d) {
    if (d < -sizes.length || d >= sizes.length) {
      throw new IllegalArgumentException(
          "dimension " + d + " is not one of the " + sizes.length + " of shape " + this);
    }
    return d < 0 ? d + sizes.length : d;
  }

  /** {@return number of elements: the product of the sizes, 1 for a scalar} */
  public long numel() {
    return numel;
  }

  /** {@return the sizes, as a copy} */
  public long[] sizes() {
    return sizes.clone();
  }

  /**
   * {@return this shape with another size in one dimension}
   *
   * @param d a dimension, from {@code -rank} to {@code rank - 1}
   * @param size its new size, 0 or more
   * @throws IllegalArgumentException if there is no such dimension or no such shape
   */
  public Shape with(int d, long size) {
    long[] changed = sizes.clone();
    changed[dimension(d)] = size;
    return new Shape(changed);
  }

  /**
   * {@return the distance in elements between neighbors in each dimension of a row-major tensor}
   */
  public long[] rowMajorStrides() {
    long[] strides = new long[sizes.length];
    long step = 1;
    for (int d = sizes.length - 1; d >= 0; d--) {
      strides[d] = step;
      step *= Math.max(sizes[d], 1);
    }
    return strides;
  }

  /**
   * Checks the number of dimensions.
   *
   * @param least the fewest dimensions
   * @param most the most of them, {@code Integer.MAX_VALUE} for any number
   * @throws IllegalArgumentException if it is not from {@code least} to {@code most}
   */
  public void checkRank(int least, int most) {
    if (rank() < least || rank() > most) {
      throw new IllegalArgumentException(
          Text.message(
              "shape %s has %d dimension%s; %s needed",
              this, rank(), rank() == 1 ? "" : "s", range(least, most)));
    }
  }

  private static String range(int least, int most) {
    return most == Integer.MAX_VALUE
        ? least + " or more are"
        : least == most ? "exactly " + least + " are" : least + " to " + most + " are";
  }

  /**
   * {@return the same where the first dimension runs fastest: Fortran's order, NumPy's and ND4J's
   * {@code 'f'}}
   */
  public long[] columnMajorStrides() {
    long[] strides = new long[sizes.length];
    long step = 1;
    for (int d = 0; d < sizes.length; d++) {
      strides[d] = step;
      step *= Math.max(sizes[d], 1);
    }
    return strides;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** The sizes in brackets: {@code [512, 256]}. */
  @Override
  public String toString() {
    return LongStream.of(sizes)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
