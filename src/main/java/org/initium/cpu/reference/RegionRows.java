// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.reference;

/**
 * The struct Region of kernels/region.cuh, and the loop over its groups of 16 bytes.
 *
 * @param bytes of an element
 */
record RegionRows(
    long memory,
    long start,
    long length,
    long stride,
    long rows,
    long groups,
    int rank,
    boolean rowsFirst,
    long[] sizes,
    long[] memoryStrides,
    long[] wholeStrides,
    int bytes) {
  private static final int OUTER = 7;

  /** Makes the elements of the group whose first has position {@code group * out.length}. */
  @FunctionalInterface
  interface Group {
    void make(long group, long[] out);
  }

  static RegionRows read(StructReader struct, int bytes) {
    return new RegionRows(
        struct.next(),
        struct.next(),
        struct.next(),
        struct.next(),
        struct.next(),
        struct.next(),
        (int) struct.next(),
        struct.next() != 0,
        struct.next(OUTER),
        struct.next(OUTER),
        struct.next(OUTER),
        bytes);
  }

  /** Row 0 alone, without gaps. */
  static RegionRows run(long memory, long start, long length, int bytes) {
    long perGroup = 16 / bytes;
    long groups = Math.ceilDiv(start % perGroup + length, perGroup);
    long[] none = {};
    return new RegionRows(memory, start, length, 1, 1, groups, 0, false, none, none, none, bytes);
  }

  /** Writes groups {@code begin} to {@code end - 1} of rows * groups. */
  void fill(long begin, long end, Group each) {
    long[] elements = new long[16 / bytes];
    for (long i = begin; i < end; i++) {
      long row = rowsFirst ? i % rows : i / groups;
      long group = rowsFirst ? i / rows : i % groups;
      long address = memory + bytes * place(row, memoryStrides);
      long first = start + place(row, wholeStrides);
      group += first / elements.length;
      each.make(group, elements);
      for (int k = 0; k < elements.length; k++) {
        long index = group * elements.length + k - first;
        if (index >= 0 && index < length) {
          StructReader.write(address + bytes * index * stride, bytes, elements[k]);
        }
      }
    }
  }

  private long place(long row, long[] strides) {
    long place = 0;
    for (int d = rank - 1; d >= 0; d--) {
      place += row % sizes[d] * strides[d];
      row /= sizes[d];
    }
    return place;
  }
}
