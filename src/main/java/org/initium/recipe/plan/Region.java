// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.initium.Shape;

/**
 * A box of elements inside a tensor: where it starts, and its sizes.
 *
 * @param origin the index of its first element, one number for each dimension
 * @param shape its sizes
 * @since 0.1.0
 */
public record Region(long[] origin, Shape shape) implements Serializable {
  /**
   * {@return all of a tensor}
   *
   * @param shape the tensor's sizes
   */
  public static Region all(Shape shape) {
    return new Region(new long[shape.rank()], shape);
  }

  /**
   * {@return this region with fewer elements in one dimension, counted from its own start}
   *
   * @param dimension which
   * @param start from this region's own start
   * @param length how many
   */
  public Region narrow(int dimension, long start, long length) {
    long[] moved = origin.clone();
    moved[dimension] += start;
    return new Region(moved, shape.with(dimension, length));
  }

  /**
   * {@return what two regions share, if that is an element at least}
   *
   * @param other of the same tensor
   */
  public Optional<Region> intersect(Region other) {
    long[] from = origin.clone();
    long[] sizes = shape.sizes();
    for (int d = 0; d < from.length; d++) {
      long end = Math.min(from[d] + sizes[d], other.origin[d] + other.shape.size(d));
      from[d] = Math.max(from[d], other.origin[d]);
      sizes[d] = end - from[d];
      if (sizes[d] <= 0) {
        return Optional.empty();
      }
    }
    return Optional.of(new Region(from, Shape.of(sizes)));
  }

  /**
   * {@return where this region starts, seen from the start of another}
   *
   * @param other of the same tensor
   */
  public long[] originIn(Region other) {
    long[] relative = origin.clone();
    for (int d = 0; d < relative.length; d++) {
      relative[d] -= other.origin[d];
    }
    return relative;
  }

  /**
   * {@return this region, which is inside one, as far inside another}
   *
   * @param one which this is inside
   * @param other of as many dimensions
   */
  public Region movedFrom(Region one, Region other) {
    long[] moved = originIn(one);
    for (int d = 0; d < moved.length; d++) {
      moved[d] += other.origin[d];
    }
    return new Region(moved, shape);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Region region
        && Arrays.equals(origin, region.origin)
        && shape.equals(region.shape);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(origin) + shape.hashCode();
  }

  @Override
  public String toString() {
    return shape + " at " + Arrays.toString(origin);
  }

  /**
   * This region cut into slabs, each a run of its elements in row-major order, and together all of
   * them in that order. It is cut in its first {@code free} dimensions alone: a slab has as many
   * elements as the other dimensions have, if that is more than asked for.
   *
   * @param free how many dimensions may be cut, from the first
   * @param most elements of a slab, 1 or more
   * @return the slabs, each made when it is asked for
   */
  public Iterable<Region> slabs(int free, long most) {
    if (shape.numel() == 0) {
      return List.of();
    }
    int whole = shape.rank();
    long inner = 1;
    while (whole > 0 && (whole > free || inner * shape.size(whole - 1) <= most)) {
      whole--;
      inner *= shape.size(whole);
    }
    if (whole == 0) {
      return List.of(this);
    }
    int cut = whole - 1; // the dimensions behind it fit as a whole
    long length = Math.max(1, most / inner);
    long slabs = Math.ceilDiv(shape.size(cut), length);
    for (int d = 0; d < cut; d++) {
      slabs *= shape.size(d);
    }
    long count = slabs;
    return () ->
        LongStream.range(0, count).mapToObj(number -> slab(number, cut, length)).iterator();
  }

  private Region slab(long number, int cut, long length) {
    long perIndex = Math.ceilDiv(shape.size(cut), length);
    long start = number % perIndex * length;
    Region slab = narrow(cut, start, Math.min(length, shape.size(cut) - start));
    long rest = number / perIndex;
    for (int d = cut - 1; d >= 0; d--) {
      slab = slab.narrow(d, rest % shape.size(d), 1);
      rest /= shape.size(d);
    }
    return slab;
  }
}
