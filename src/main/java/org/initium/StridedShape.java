// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/**
 * Where the elements of a shape are in memory.
 *
 * @param strides distance in memory, in elements, between neighbors in each dimension
 * @param offset the first element's place, in elements
 */
record StridedShape(Shape shape, long[] strides, long offset) {
  /**
   * From the start of the memory on.
   *
   * @throws IllegalArgumentException if there is not a stride for each dimension, or one is
   *     negative
   */
  static StridedShape of(Shape shape, long[] strides) {
    if (strides.length != shape.rank()) {
      throw new IllegalArgumentException(
          Text.message(
              "strides %s are not one for each of the %d dimensions of shape %s",
              Arrays.toString(strides), shape.rank(), shape));
    }
    for (int d = 0; d < strides.length; d++) {
      ArgumentChecks.that(strides[d] >= 0, "stride of dimension " + d, strides[d], "0 or more");
    }
    return new StridedShape(shape, strides.clone(), 0);
  }

  static StridedShape rowMajor(Shape shape) {
    return new StridedShape(shape, shape.rowMajorStrides(), 0);
  }

  /**
   * The bytes from the first element to behind the last.
   *
   * @throws IllegalArgumentException if they are more than 2^63 - 1
   */
  long bytes(DType dtype) {
    if (shape.numel() == 0) {
      return 0;
    }
    try {
      long elements = 1;
      for (int d = 0; d < strides.length; d++) {
        long last = Math.multiplyExact(shape.size(d) - 1, strides[d]);
        elements = Math.addExact(elements, last);
      }
      return Math.multiplyExact(elements, (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          this + " in " + dtype + " needs more than 2^63 - 1 bytes", e);
    }
  }

  /** Throws if the elements do not fit into the storage, or could not be where they would be. */
  void checkFits(Storage storage, String what, DType dtype) {
    long needed = bytes(dtype);
    if (storage.bytes() < needed) {
      throw new IllegalArgumentException(
          Text.message(
              "the %s has %s; %s in %s needs %d",
              what, Text.count(storage.bytes(), "byte"), this, dtype, needed));
    }
    // The host reads elements anywhere (in a mapped file, say); a device would be lost over it.
    if (!storage.device().equals(Device.CPU) && storage.address() % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          Text.message(
              "address 0x%x on %s is not a multiple of %d, as elements in %s are on a device",
              storage.address(), storage.device(), dtype.bytes(), dtype));
    }
  }

  /**
   * Copies the elements in row-major order to arrays, one after another.
   *
   * @throws IllegalArgumentException if the arrays do not have as many elements together
   */
  void copy(Storage host, DType dtype, double[]... arrays) {
    long room = Arrays.stream(arrays).mapToLong(array -> array.length).sum();
    if (room != shape.numel()) {
      throw new IllegalArgumentException(
          Text.message(
              "arrays of %s together are not for %s, which has %d",
              Text.count(room, "element"), this, shape.numel()));
    }
    long[] index = new long[strides.length];
    for (double[] array : arrays) {
      for (int i = 0; i < array.length; i++) {
        array[i] = dtype.get(host.segment(), place(index));
        for (int d = index.length - 1; d >= 0 && ++index[d] == shape.size(d); d--) {
          index[d] = 0;
        }
      }
    }
  }

  boolean isContiguous() {
    if (shape.numel() == 0) {
      return true;
    }
    long step = 1;
    for (int d = strides.length - 1; d >= 0; d--) {
      if (shape.size(d) != 1 && strides[d] != step) {
        return false;
      }
      step *= shape.size(d);
    }
    return true;
  }

  /**
   * Whether two elements may share memory: some dimension's step is not beyond all that the
   * dimensions of smaller steps reach. That is so of every overlap, and of interleavings that
   * nobody uses.
   */
  boolean mayOverlap() {
    if (isContiguous()) {
      return false;
    }
    int[] bySteps =
        IntStream.range(0, strides.length)
            .filter(d -> shape.size(d) > 1)
            .boxed()
            .sorted((a, b) -> Long.compare(strides[a], strides[b]))
            .mapToInt(d -> d)
            .toArray();
    long reached = 0;
    for (int d : bySteps) {
      if (strides[d] <= reached) {
        return true;
      }
      reached += (shape.size(d) - 1) * strides[d];
    }
    return false;
  }

  StridedShape narrow(int d, long start, long length) {
    int dim = shape.dimension(d);
    if (start < 0 || length < 0 || length > shape.size(dim) - start) {
      throw new IllegalArgumentException(
          Text.message(
              "narrow(%d, %d, %d) does not fit shape %s: dimension %d has %s",
              d, start, length, shape, dim, Text.count(shape.size(dim), "element")));
    }
    return new StridedShape(shape.with(dim, length), strides, offset + start * strides[dim]);
  }

  StridedShape select(int d, long index) {
    int dim = shape.dimension(d);
    long first = narrow(dim, index, 1).offset;
    return new StridedShape(Shape.of(without(shape.sizes(), dim)), without(strides, dim), first);
  }

  private static long[] without(long[] values, int at) {
    long[] rest = new long[values.length - 1];
    System.arraycopy(values, 0, rest, 0, at);
    System.arraycopy(values, at + 1, rest, at, rest.length - at);
    return rest;
  }

  StridedShape transpose(int a, int b) {
    int[] order = IntStream.range(0, shape.rank()).toArray();
    order[shape.dimension(a)] = shape.dimension(b);
    order[shape.dimension(b)] = shape.dimension(a);
    return permute(order);
  }

  StridedShape permute(int... order) {
    int[] dims = Arrays.stream(order).map(shape::dimension).toArray();
    ArgumentChecks.that(
        Arrays.stream(dims).distinct().count() == shape.rank() && dims.length == shape.rank(),
        "order",
        Arrays.toString(order),
        "each dimension of " + shape + " once");
    long[] sizes = Arrays.stream(dims).mapToLong(shape::size).toArray();
    long[] turned = Arrays.stream(dims).mapToLong(d -> strides[d]).toArray();
    return new StridedShape(Shape.of(sizes), turned, offset);
  }

  StridedShape every(int d, long start, long step) {
    int dim = shape.dimension(d);
    ArgumentChecks.that(step >= 1, "step", step, "1 or more");
    ArgumentChecks.that(start >= 0, "start", start, "0 or more");
    long behind = shape.size(dim) - start; // elements from the first on
    long count = behind <= 0 ? 0 : (behind - 1) / step + 1;
    long[] wider = strides.clone();
    if (count > 1) {
      wider[dim] *= step;
    }
    return new StridedShape(
        shape.with(dim, count), wider, count == 0 ? offset : offset + start * strides[dim]);
  }

  StridedShape reshape(Shape reshaped) {
    if (reshaped.numel() != shape.numel()) {
      throw new IllegalArgumentException(
          Text.message(
              "shape %s has %s; it cannot become %s with %d",
              shape, Text.count(shape.numel(), "element"), reshaped, reshaped.numel()));
    }
    if (!isContiguous()) {
      throw new IllegalArgumentException(
          Text.message(
              "a view with strides %s of shape %s is not contiguous and cannot be reshaped",
              Arrays.toString(strides), shape));
    }
    return new StridedShape(reshaped, reshaped.rowMajorStrides(), offset);
  }

  /** The place of an element in memory. */
  long place(long[] index) {
    boolean inside = index.length == shape.rank();
    long at = offset;
    for (int d = 0; inside && d < index.length; d++) {
      inside = index[d] >= 0 && index[d] < shape.size(d);
      at += index[d] * strides[d];
    }
    if (!inside) {
      throw new IndexOutOfBoundsException(
          "index " + Arrays.toString(index) + " is not inside shape " + shape);
    }
    return at;
  }

  /** The shape, with its strides where they are not those of row-major order. */
  @Override
  public String toString() {
    return Arrays.equals(strides, shape.rowMajorStrides())
        ? "shape " + shape
        : "shape " + shape + " with strides " + Arrays.toString(strides);
  }
}
