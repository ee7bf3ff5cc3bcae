// Many small tensors in one launch: row y of the grid fills tensor y, with the bits that a launch of its own would give.
// What the tensors are comes in the launch itself, so nothing is copied before it and nothing is kept for it.
#include "elements.cuh"

enum class Law : uint32_t { CONSTANT, UNIFORM, NORMAL, TRUNCATED };

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
    Truncated truncated;
  };
};

constexpr int PIECES = 56;  // as many as fit the 4096 bytes of a launch

struct Many {
  Piece pieces[PIECES];
};

__device__ __forceinline__ Source source(const Piece& piece) {
  Source source{piece.start};
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

template <class T>
__device__ __forceinline__ void many(const Many& p) {
  const Piece& piece = p.pieces[blockIdx.y];
  uint64_t groups = (piece.first % GROUP<T> + piece.length + GROUP<T> - 1) / GROUP<T>;
  Run run{piece.memory, piece.first, piece.length, groups};
  switch (piece.law) {
    case Law::CONSTANT:
      constant<sizeof(typename T::Stored)>(Constant<Run>{run, piece.bits});
      break;
    case Law::UNIFORM:
      elements<T>(Elements<Uniform, Run>{run, source(piece), piece.uniform});
      break;
    case Law::NORMAL:
      elements<T>(Elements<Normal, Run>{run, source(piece), piece.normal});
      break;
    case Law::TRUNCATED:
      elements<T>(Elements<Truncated, Run>{run, source(piece), piece.truncated});
      break;
  }
}

FOR_EACH_TYPE(many, Many)
