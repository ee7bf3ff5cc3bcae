// SPDX-License-Identifier: Apache-2.0
// The parameters of a sparse fill, on the GPU (sparse.cu) and on the CPU (cpu/sparse.h): org.initium.law.ColumnKeys, and
// where the region is.
#pragma once
#include "philox.cuh"

constexpr int WIDEST = 16, BINS = 256, GROUP_KEYS = 2048;

struct Sparse {
  uint64_t memory;       // address of the region's first element
  Source source;         // of the normals
  uint64_t keyBlock;     // Philox block of the first keys
  uint64_t tieBlock;     // Philox block of the first tie words
  uint64_t rows, columns;  // of the whole
  uint64_t zeros;        // in each column
  uint64_t log2Width;    // of a tile
  uint64_t perTile;      // keys
  uint64_t firstTile, tiles;       // that have columns of the region
  uint64_t firstRow, firstColumn;  // of the region
  uint64_t regionRows, regionColumns;
  uint64_t rowStride, columnStride;  // in elements
  double std;
  uint64_t lowest, highest;  // the span in which the cuts almost surely are
  uint64_t scratch;      // GPU: of type Tile, one for each, where blocks share tiles; CPU: a thread's SparseStrip
};
