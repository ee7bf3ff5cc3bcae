package org.initium.recipe.plan;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import org.initium.Shape;

/** A box of elements inside a tensor: where it starts, and its sizes. */
public record Region(long[] origin, Shape shape) implements Serializable {
  /** All of a tensor. */
  public static Region all(Shape shape) {
    return new Region(new long[shape.rank()], shape);
  }

  /** This region with fewer elements in one dimension, counted from its own start. */
  public Region narrow(int dimension, long start, long length) {
    long[] moved = origin.clone();
    moved[dimension] += start;
    return new Region(moved, shape.with(dimension, length));
  }

  /** What two regions share, if that is an element at least. */
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

  /** Where this region starts, seen from the start of another. */
  public long[] originIn(Region other) {
    long[] relative = origin.clone();
    for (int d = 0; d < relative.length; d++) {
      relative[d] -= other.origin[d];
    }
    return relative;
  }

  /** This region, which is inside one, as far inside another. */
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
   * This region cut into slabs of at most so many elements, each a run of its elements in row-major
   * order, and together all of them in that order.
   */
  public Iterable<Region> slabs(long most) {
    return new Slabs(this, most);
  }
}
