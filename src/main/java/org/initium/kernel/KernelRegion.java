// SPDX-License-Identifier: Apache-2.0
package org.initium.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.initium.DType;
import org.initium.spi.StridedLayout;

/**
 * Where a kernel writes: rows that are contiguous in the whole tensor, and the array that the rows
 * form. The struct Region of kernels/region.cuh.
 *
 * @param memory the first element's address
 * @param start the first element's position: its place in the stream of random elements, or its
 *     row-major index in the whole
 * @param length elements in a row
 * @param stride distance between neighbors of a row in memory, in elements
 * @param sizes of the array of rows, outermost first
 * @param memoryStrides in elements
 * @param wholeStrides in elements
 * @param dtype the type of the elements
 */
public record KernelRegion(
    long memory,
    long start,
    long length,
    long stride,
    long[] sizes,
    long[] memoryStrides,
    long[] wholeStrides,
    DType dtype) {
  private static final int OUTER = 7;
  private static final int GROUP_BYTES = 16;

  /** The regions that a layout comes to: one, but for arrays of very many dimensions. */
  public static List<KernelRegion> of(
      StridedLayout layout, DType dtype, long storage, long position) {
    boolean runs = layout.wholeStrides()[layout.rank() - 1] == 1;
    int row = runs ? 1 : 0;
    List<KernelRegion> regions = new ArrayList<>();
    for (StridedLayout part : layout.split(OUTER + row)) {
      int rank = part.rank() - row;
      regions.add(
          new KernelRegion(
              storage + part.memoryOffset() * dtype.bytes(),
              position + part.wholeOffset(),
              runs ? part.sizes()[rank] : 1,
              runs ? part.memoryStrides()[rank] : 1,
              Arrays.copyOf(part.sizes(), rank),
              Arrays.copyOf(part.memoryStrides(), rank),
              Arrays.copyOf(part.wholeStrides(), rank),
              dtype));
    }
    return regions;
  }

  /** The same memory at positions that are aligned as the memory is, where values do not care. */
  public KernelRegion anywhere() {
    return new KernelRegion(
        memory,
        memory / dtype.bytes() % group(),
        length,
        stride,
        sizes,
        memoryStrides,
        new long[sizes.length],
        dtype);
  }

  private long group() {
    return GROUP_BYTES / dtype.bytes();
  }

  public long rows() {
    long rows = 1;
    for (long size : sizes) {
      rows = Math.multiplyExact(rows, size);
    }
    return rows;
  }

  /**
   * Elements of the first group that may lie before the only row: the words of four elements are of
   * one Philox block, so that a kernel's larger groups begin at any multiple of four that memory is
   * aligned for.
   */
  private long mostBefore() {
    return Math.floorMod(start, Math.min(group(), 4)) + Math.max(group() - 4, 0);
  }

  /** Groups of 16 bytes that a row touches at most. */
  public long groups() {
    long before = rows() == 1 ? mostBefore() : group() - 1;
    return Math.ceilDiv(before + length, group());
  }

  /** Groups in all: what threads share out among themselves. */
  public long items() {
    return rows() * groups();
  }

  /** Whether neighboring rows are nearer to each other in memory than neighbors of a row are. */
  private boolean rowsFirst() {
    int last = sizes.length - 1;
    return last >= 0 && length > 1 && Math.abs(memoryStrides[last]) < Math.abs(stride);
  }

  /** New parameters that begin with the struct Region. */
  public Parameters parameters() {
    return new Parameters()
        .add(memory)
        .add(start)
        .add(length)
        .add(stride)
        .add(rows())
        .add(groups())
        .add((long) sizes.length)
        .add(rowsFirst() ? 1L : 0L)
        .add(OUTER, sizes)
        .add(OUTER, memoryStrides)
        .add(OUTER, wholeStrides);
  }
}
