// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.util.Iterator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.initium.Shape;

/**
 * A region cut into slabs of a limited size, each a run of the region's elements in row-major
 * order, and together all of them in that order.
 */
final class Slabs implements Iterable<Region> {
  private final Region region;
  private final int cut;
  private final long length;
  private final long perIndex;

  /**
   * Cuts a region into slabs of at most {@code most} elements, but in its first {@code free}
   * dimensions alone: a slab is as large as the others are, if that is more.
   */
  Slabs(Region region, int free, long most) {
    this.region = region;
    Shape shape = region.shape();
    long inner = 1;
    int d = shape.rank();
    while (d > 0 && (d > free || inner * Math.max(shape.size(d - 1), 1) <= most)) {
      d--;
      inner *= Math.max(shape.size(d), 1);
    }
    // Dimensions from d on fit as a whole; dimension d - 1, if there is one, is cut.
    this.cut = d - 1;
    this.length = Math.max(1, most / inner);
    this.perIndex = cut < 0 ? 1 : Math.ceilDiv(shape.size(cut), length);
  }

  @Override
  public Iterator<Region> iterator() {
    return stream().iterator();
  }

  private Stream<Region> stream() {
    if (region.shape().numel() == 0) {
      return Stream.empty();
    }
    long outer = 1;
    for (int d = 0; d < cut; d++) {
      outer *= region.shape().size(d);
    }
    return LongStream.range(0, outer * perIndex).mapToObj(this::slab);
  }

  private Region slab(long number) {
    if (cut < 0) {
      return region;
    }
    long start = number % perIndex * length;
    Region slab = region.narrow(cut, start, Math.min(length, region.shape().size(cut) - start));
    long rest = number / perIndex;
    for (int d = cut - 1; d >= 0; d--) {
      slab = slab.narrow(d, rest % region.shape().size(d), 1);
      rest /= region.shape().size(d);
    }
    return slab;
  }
}
