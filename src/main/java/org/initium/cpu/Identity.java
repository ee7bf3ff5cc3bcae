package org.initium.cpu;

import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;

/** The ones of the fills that are zero but for an identity; the zeros are there already. */
final class Identity {
  private Identity() {}

  /** Writes {@code gain} on the diagonal of the whole matrix, as far as it is in this region. */
  static void eye(Tensor tensor, double gain) {
    long[] origin = tensor.origin();
    Shape shape = tensor.shape();
    long first = Math.max(origin[0], origin[1]);
    long end = Math.min(origin[0] + shape.size(0), origin[1] + shape.size(1));
    for (long d = first; d < end; d++) {
      set(tensor, place(tensor, d - origin[0], 0) + (d - origin[1]) * tensor.stride(1), gain);
    }
  }

  /** Writes the ones of {@link Fill.Dirac}, as far as they are in this region. */
  static void dirac(Tensor tensor, long groups) {
    Shape whole = tensor.whole();
    Shape shape = tensor.shape();
    long[] origin = tensor.origin();
    long centre = 0;
    for (int d = 2; d < whole.rank(); d++) {
      long at = whole.size(d) / 2 - origin[d];
      if (at < 0 || at >= shape.size(d)) {
        return;
      }
      centre += at * tensor.stride(d);
    }
    long perGroup = whole.size(0) / groups;
    for (long row = 0; row < shape.size(0); row++) {
      long d = (origin[0] + row) % perGroup;
      long column = d - origin[1];
      if (d < whole.size(1) && column >= 0 && column < shape.size(1)) {
        set(tensor, place(tensor, row, centre) + column * tensor.stride(1), 1);
      }
    }
  }

  private static long place(Tensor tensor, long row, long rest) {
    return tensor.memoryOffset() + row * tensor.stride(0) + rest;
  }

  private static void set(Tensor tensor, long element, double value) {
    tensor.dtype().set(tensor.storage().unguarded(), element, value);
  }
}
