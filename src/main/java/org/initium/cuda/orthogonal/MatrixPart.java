// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import java.util.List;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.cuda.fill.FillTarget;
import org.initium.kernel.Parameters;
import org.initium.spi.StridedLayout;

/**
 * What a block of kernels/orthogonals.cu writes of a matrix: all that a tensor has of it, but for
 * tensors in many dimensions.
 *
 * @param memory the address of the first element
 */
public record MatrixPart(Kind kind, long memory) {

  /**
   * The kernel's struct Kind: what matrices have in common.
   *
   * @param rows of the tall one of the matrix and its transpose
   * @param columns of that
   * @param tall whether that is the matrix
   * @param sizes of the part, two
   * @param wholeStrides in row-major elements of the matrix
   * @param first row-major index in the matrix of the part's first element
   * @param memoryStrides in elements
   * @param gain rounded to the type of the computation
   */
  record Kind(
      int rows,
      int columns,
      boolean tall,
      Fill.Orthogonal.Method method,
      List<Long> sizes,
      List<Long> wholeStrides,
      long first,
      List<Long> memoryStrides,
      double gain) {

    void addTo(Parameters parameters) {
      addPair(parameters, rows, columns);
      addPair(parameters, tall ? 1 : 0, method == Fill.Orthogonal.Method.HOUSEHOLDER ? 1 : 0);
      addPair(parameters, sizes.getFirst(), sizes.getLast());
      addPair(parameters, wholeStrides.getFirst(), wholeStrides.getLast());
      parameters.add(first).add(memoryStrides.getFirst()).add(memoryStrides.getLast()).add(gain);
    }

    /** Two fields of 4 bytes. */
    private static void addPair(Parameters parameters, long first, long second) {
      parameters.add(Integer.toUnsignedLong((int) first) | second << Integer.SIZE);
    }
  }

  /** The parts of a tensor of such a matrix. */
  public static List<MatrixPart> of(FillTarget target, Fill.Orthogonal fill) {
    return target.tensor().layout().split(2).stream().map(part -> of(target, fill, part)).toList();
  }

  private static MatrixPart of(FillTarget target, Fill.Orthogonal fill, StridedLayout layout) {
    List<Long> sizes = two(layout.sizes(), 1);
    List<Long> strides = two(layout.memoryStrides(), Long.MAX_VALUE);
    List<Long> wholeStrides = two(layout.wholeStrides(), 0);
    // Neighboring threads write neighbors in memory.
    boolean swap = Math.abs(strides.getFirst()) < Math.abs(strides.getLast());
    Shape whole = target.tensor().whole();
    long height = fill.rows(whole);
    long width = whole.numel() / height;
    Kind kind =
        new Kind(
            (int) Math.max(height, width),
            (int) Math.min(height, width),
            height >= width,
            fill.method(),
            swap ? sizes.reversed() : sizes,
            swap ? wholeStrides.reversed() : wholeStrides,
            layout.wholeOffset(),
            swap ? strides.reversed() : strides,
            target.dtype().computedIn().round(fill.gain()));
    long storage = target.tensor().storage().address();
    return new MatrixPart(kind, storage + layout.memoryOffset() * target.dtype().bytes());
  }

  private static List<Long> two(long[] values, long ifOne) {
    return values.length == 1 ? List.of(ifOne, values[0]) : List.of(values[0], values[1]);
  }
}
