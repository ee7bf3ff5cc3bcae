// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import org.initium.cpu.memory.HostMemory;

/**
 * A matrix in memory, column by column, or a part of one.
 *
 * @param address of its first element
 * @param ld the distance between columns, in elements
 */
record Matrix(Blas blas, long address, int rows, int columns, int ld) {
  /** Columns as long as this are kept apart. */
  private static final int LONG = 512;

  private static final int LONGEST = Integer.MAX_VALUE - 64;

  /**
   * The distance between columns of so many rows. Columns a power of two apart would compete for
   * the same sets of the caches; these are an odd number of pairs of cache lines apart.
   */
  static int ld(int rows) {
    return rows < LONG || rows > LONGEST ? rows : (Math.ceilDiv(rows, 32) | 1) * 32;
  }

  /** The address of an element, or of what is behind the last column. */
  long at(int i, int j) {
    return address + ((long) j * ld + i) * blas.dtype().bytes();
  }

  Matrix part(int i, int j, int rows, int columns) {
    return new Matrix(blas, at(i, j), rows, columns, ld);
  }

  double get(int i, int j) {
    return blas.dtype().get(HostMemory.at(at(i, j), blas.dtype().bytes()), 0);
  }

  void set(int i, int j, double value) {
    blas.dtype().set(HostMemory.at(at(i, j), blas.dtype().bytes()), 0, value);
  }

  /** Makes all of it zero. */
  void clear() {
    for (int j = 0; j < columns; j++) {
      HostMemory.at(at(0, j), (long) rows * blas.dtype().bytes()).fill((byte) 0);
    }
  }
}
