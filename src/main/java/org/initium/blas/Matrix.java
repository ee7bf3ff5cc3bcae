// SPDX-License-Identifier: Apache-2.0
package org.initium.blas;

import java.lang.foreign.MemorySegment;

/**
 * A matrix in memory, column by column, or a part of one.
 *
 * @param address of its first element
 * @param ld the distance between columns, in elements
 */
public record Matrix(Blas blas, long address, int rows, int columns, int ld) {
  /** Columns as long as this are kept apart. */
  private static final int LONG = 512;

  private static final int LONGEST = Integer.MAX_VALUE - 64;

  /**
   * The distance between columns of so many rows. Columns a power of two apart would compete for
   * the same sets of the caches; these are an odd number of pairs of cache lines apart.
   */
  public static int ld(int rows) {
    return rows < LONG || rows > LONGEST ? rows : (Math.ceilDiv(rows, 32) | 1) * 32;
  }

  /** The address of an element, or of what is behind the last column. */
  public long at(int i, int j) {
    return address + ((long) j * ld + i) * blas.dtype().bytes();
  }

  public Matrix part(int i, int j, int rows, int columns) {
    return new Matrix(blas, at(i, j), rows, columns, ld);
  }

  @SuppressWarnings("restricted") // the memory is there as long as the matrix is used
  private MemorySegment memory(int i, int j, int elements) {
    return MemorySegment.ofAddress(at(i, j)).reinterpret((long) elements * blas.dtype().bytes());
  }

  public double get(int i, int j) {
    return blas.dtype().get(memory(i, j, 1), 0);
  }

  public void set(int i, int j, double value) {
    blas.dtype().set(memory(i, j, 1), 0, value);
  }

  /** Makes all of it zero. */
  public void clear() {
    for (int j = 0; j < columns; j++) {
      memory(0, j, rows).fill((byte) 0);
    }
  }
}
