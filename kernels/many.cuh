// SPDX-License-Identifier: Apache-2.0
// Many small tensors in one call: what they are comes in the parameters themselves.
#pragma once
#include "elements.cuh"

// The constant, and then the families of ElementLaw.
enum class Law : uint32_t { CONSTANT, UNIFORM, NORMAL, QUANTILE };

// A tensor in one run, and its law. Mirrored in Java by Many.
struct Piece {
  uint64_t memory;  // address of the first element
  uint64_t first;   // its position
  uint32_t length;
  Law law;
  uint64_t start;  // the fill's first word
  uint64_t seed;
  union {
    uint64_t bits;  // of the constant
    Uniform uniform;
    Normal normal;
    Quantile quantile;
  };
};

constexpr int PIECES = 56;  // as many as fit the 4096 bytes of a launch

struct Many {
  Piece pieces[PIECES];
};

__device__ __forceinline__ Source source(const Piece& piece) {
  Source source{piece.start, {}};
  uint32_t k0 = uint32_t(piece.seed), k1 = uint32_t(piece.seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    source.keys[round][0] = k0;
    source.keys[round][1] = k1;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return source;
}
