// SPDX-License-Identifier: Apache-2.0
// What the fills are that nothing is random in, element by element.
#pragma once
#include "region.cuh"

// The ones of eye and dirac, after zeros: channel c of the region's rows gets the value at column c mod period, where the
// region has that column.
struct Diagonal {
  uint64_t memory;       // address of the region's first element
  uint64_t bits;         // the value
  uint64_t bytes;        // of an element
  uint64_t firstRow;     // of the region, in the whole
  uint64_t rows;
  uint64_t period;
  uint64_t firstColumn;
  uint64_t columns;      // of the region
  uint64_t rowStride;    // in elements
  uint64_t columnStride;
};

// The one of row r of the region.
__device__ __forceinline__ void one(const Diagonal& p, uint64_t r) {
  uint64_t column = (p.firstRow + r) % p.period - p.firstColumn;
  if (column >= p.columns) return;
  uint64_t at = p.memory + (r * p.rowStride + column * p.columnStride) * p.bytes;
  if (p.bytes == 1) *reinterpret_cast<uint8_t*>(at) = uint8_t(p.bits);
  if (p.bytes == 2) *reinterpret_cast<uint16_t*>(at) = uint16_t(p.bits);
  if (p.bytes == 4) *reinterpret_cast<uint32_t*>(at) = uint32_t(p.bits);
  if (p.bytes == 8) *reinterpret_cast<uint64_t*>(at) = p.bits;
}

// Sylvester's Hadamard matrix, scaled: element [i, j] is the value, negated where i & j has an odd number of bits.
struct Hadamard {
  Region region;   // positions are row-major indices in the whole
  uint64_t columns;  // of the whole
  double value;    // of the dtype
};
