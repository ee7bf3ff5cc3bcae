package org.initium.kernel;

import java.util.Optional;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;

/**
 * The ones of eye and dirac: element [c, c mod period, middle...] of the whole gets a value, where
 * the region has it. The struct Diagonal of kernels/fixed.cuh; a work item is a row.
 *
 * @param tensor the region
 * @param offset of its first element, or of the first in the middle, in elements
 * @param period of the columns
 * @param value of the ones
 */
public record Diagonal(Tensor tensor, long offset, long period, double value) {
  /** The ones of an identity. */
  public static Optional<Diagonal> of(Tensor tensor, Fill.Eye fill) {
    return of(tensor, tensor.whole().size(0), fill.gain());
  }

  /** The ones of a convolution's identity; none where the region has nothing of the middle. */
  public static Optional<Diagonal> of(Tensor tensor, Fill.Dirac fill) {
    return of(tensor, tensor.whole().size(0) / fill.groups(), 1);
  }

  private static Optional<Diagonal> of(Tensor tensor, long period, double value) {
    Shape shape = tensor.shape();
    long[] origin = tensor.origin();
    long offset = tensor.memoryOffset();
    for (int d = 2; d < shape.rank(); d++) {
      long centre = tensor.whole().size(d) / 2 - origin[d];
      if (centre < 0 || centre >= shape.size(d)) {
        return Optional.empty();
      }
      offset += centre * tensor.stride(d);
    }
    return Optional.of(new Diagonal(tensor, offset, period, value));
  }

  /** Rows of the region. */
  public long items() {
    return tensor.shape().size(0);
  }

  /** The struct. */
  public void addTo(Parameters parameters) {
    long bytes = tensor.dtype().bytes();
    parameters
        .add(tensor.storage().address() + offset * bytes)
        .addBits(tensor.dtype(), value)
        .add(bytes)
        .add(tensor.origin()[0])
        .add(tensor.shape().size(0))
        .add(period)
        .add(tensor.origin()[1])
        .add(tensor.shape().size(1))
        .add(tensor.stride(0))
        .add(tensor.stride(1));
  }
}
