package org.initium.cpu;

/**
 * A matrix with at least as many rows as columns, in memory of its own: row by row, or column by
 * column, which is its transpose row by row.
 */
record TallMatrix(Blas blas, long address, int rows, int columns, boolean rowMajor) {

  /** The order by its number in CBLAS. */
  int order() {
    return rowMajor ? Blas.ROW_MAJOR : Blas.COLUMN_MAJOR;
  }

  /** The distance between rows or columns, in elements. */
  int ld() {
    return rowMajor ? columns : rows;
  }

  /** How a column-major matrix is named in a call in this one's order, and the other way round. */
  int trans() {
    return rowMajor ? Blas.TRANS : Blas.NO_TRANS;
  }

  /** The address of an element. */
  long at(int i, int j) {
    long index = rowMajor ? (long) i * columns + j : (long) j * rows + i;
    return address + index * blas.dtype().bytes();
  }

  /** Copies columns j to j + b, from row j down, to a column-major panel. */
  void read(int j, int b, long panel) {
    int height = rows - j;
    blas.copy(order(), trans(), height, b, at(j, j), ld(), panel, height);
  }

  /** Copies a column-major panel to columns j to j + b, from row j down. */
  void write(int j, int b, long panel) {
    int height = rows - j;
    blas.copy(Blas.COLUMN_MAJOR, trans(), height, b, panel, height, at(j, j), ld());
  }

  /** Makes rows i to i + height of columns j to j + width zero. */
  void clear(int i, int height, int j, int width) {
    int runs = rowMajor ? height : width;
    long bytes = (long) (rowMajor ? width : height) * blas.dtype().bytes();
    for (int k = 0; k < runs; k++) {
      HostMemory.at(rowMajor ? at(i + k, j) : at(i, j + k), bytes).fill((byte) 0);
    }
  }
}
