// SPDX-License-Identifier: Apache-2.0
package org.initium.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the elements of a tensor are, in memory and in the whole tensor that it is a region of, in
 * as few dimensions as can be: neighboring dimensions that advance together in both are one.
 *
 * <p>Element (i0, i1, ...) is at memory element {@code memoryOffset + sum i*memoryStride} and is
 * element {@code wholeOffset + sum i*wholeStride} of the whole in row-major order.
 *
 * @param sizes how many elements each dimension has, outermost first; at least one dimension
 * @param memoryStrides distance in memory, in elements
 * @param wholeStrides distance in the whole tensor, in elements
 * @param memoryOffset the first element's place in the storage, in elements
 * @param wholeOffset the first element's index in the whole tensor
 * @since 0.1.0
 */
public record StridedLayout(
    long[] sizes, long[] memoryStrides, long[] wholeStrides, long memoryOffset, long wholeOffset) {

  /**
   * {@return that many elements in one run from the start of the storage and of the whole}
   *
   * @param numel elements, 0 or more
   */
  public static StridedLayout run(long numel) {
    return new StridedLayout(new long[] {numel}, new long[] {1}, new long[] {1}, 0, 0);
  }

  /**
   * {@return where the elements of a tensor are, in the fewest dimensions}
   *
   * @param shape the tensor's sizes
   * @param strides distance in memory between neighbors in each dimension
   * @param memoryOffset the first element's place in the storage
   * @param whole distance in the whole tensor between neighbors in each dimension
   * @param origin the first element's index in the whole
   */
  public static StridedLayout of(
      long[] shape, long[] strides, long memoryOffset, long[] whole, long[] origin) {
    int rank = shape.length;
    long[] sizes = new long[rank + 1];
    long[] memory = new long[rank + 1];
    long[] global = new long[rank + 1];
    long wholeOffset = 0;
    int n = 0; // dimensions kept so far
    for (int d = 0; d < rank; d++) {
      wholeOffset += origin[d] * whole[d];
      long size = shape[d];
      if (size == 1) {
        continue;
      }
      long stride = strides[d];
      if (n > 0 && memory[n - 1] == size * stride && global[n - 1] == size * whole[d]) {
        sizes[n - 1] *= size;
        n--;
      } else {
        sizes[n] = size;
      }
      memory[n] = stride;
      global[n] = whole[d];
      n++;
    }
    if (n == 0) {
      sizes[0] = 1;
      memory[0] = 1;
      global[0] = 1;
      n = 1;
    }
    return new StridedLayout(
        Arrays.copyOf(sizes, n),
        Arrays.copyOf(memory, n),
        Arrays.copyOf(global, n),
        memoryOffset,
        wholeOffset);
  }

  /**
   * The same elements in layouts of at most so many dimensions.
   *
   * @param most dimensions, the innermost ones, 1 or more
   * @return this, or a layout for each index of the dimensions before those
   */
  public List<StridedLayout> split(int most) {
    if (rank() <= most) {
      return List.of(this);
    }
    List<StridedLayout> parts = new ArrayList<>();
    for (long i = 0; i < sizes[0]; i++) {
      StridedLayout part =
          new StridedLayout(
              Arrays.copyOfRange(sizes, 1, rank()),
              Arrays.copyOfRange(memoryStrides, 1, rank()),
              Arrays.copyOfRange(wholeStrides, 1, rank()),
              memoryOffset + i * memoryStrides[0],
              wholeOffset + i * wholeStrides[0]);
      parts.addAll(part.split(most));
    }
    return parts;
  }

  /** {@return number of dimensions left} */
  public int rank() {
    return sizes.length;
  }

  /** {@return how many elements of memory there are from the first one to the last} */
  public long span() {
    long last = 0;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] == 0) {
        return 0;
      }
      last += (sizes[d] - 1) * memoryStrides[d];
    }
    return last + 1;
  }

  /** {@return whether the tensor is one run: contiguous in memory and in the whole} */
  public boolean isOneRun() {
    return sizes.length == 1 && memoryStrides[0] == 1 && wholeStrides[0] == 1;
  }

  /** What is done with an element, by its places in the storage and in the whole. */
  @FunctionalInterface
  public interface Element {
    /**
     * Called for an element.
     *
     * @param memory its place in the storage
     * @param whole its index in the whole tensor
     */
    void at(long memory, long whole);
  }

  /**
   * Goes over the elements from one on to before another, in the tensor's row-major order.
   *
   * @param from the first element, in the tensor's row-major order
   * @param to behind the last
   * @param element called for each
   */
  public void each(long from, long to, Element element) {
    for (long n = from; n < to; n++) {
      long rest = n;
      long memory = memoryOffset;
      long whole = wholeOffset;
      for (int d = sizes.length - 1; d > 0; d--) {
        long next = rest / sizes[d];
        long i = rest - next * sizes[d];
        memory += i * memoryStrides[d];
        whole += i * wholeStrides[d];
        rest = next;
      }
      element.at(memory + rest * memoryStrides[0], whole + rest * wholeStrides[0]);
    }
  }
}
