// SPDX-License-Identifier: Apache-2.0
// PyTorch's uniforms and normals on its CPU, made of words of the Mersenne Twister: classes FloatDraws and DoubleDraws
// of org.initium.torch, whose bits these are.
#pragma once
#include "cephes.h"
#include "half_ulp.h"
#include "types.cuh"

struct TorchCpu {
  const uint32_t* words;  // one for each element, two for f64; with room for eight elements
  void* memory;           // where element 0 is; the elements have no gaps
  double a, b;            // the bounds of a uniform, or the mean and the standard deviation of a normal
};

INLINE Floats lower24(const uint32_t* words) {
  typedef uint32_t Unaligned __attribute__((vector_size(4 * FLOATS), aligned(4)));
  return toFloats(Ints(*reinterpret_cast<const Unaligned*>(words) & 0xffffff));
}

INLINE Doubles unit53(const uint32_t* words) {
  typedef uint64_t Unaligned __attribute__((vector_size(8 * DOUBLES), aligned(4)));
  Longs pairs = Longs(*reinterpret_cast<const Unaligned*>(words));
  // The first word is the upper: its 21 bits and the other's 32, each exact in a double whose exponent is in place.
  Doubles upper = Doubles((pairs & 0x1fffff) | 0x4530000000000000) - 0x1p84;
  Doubles lower = Doubles((pairs >> 32 & 0xffffffff) | 0x4330000000000000) - 0x1p52;
  return (upper + lower) * 0x1p-53;
}

template <class V, class Real>
INLINE void storeLanes(Real* at, V x) {
  typedef Real Unaligned __attribute__((vector_size(sizeof(V)), aligned(sizeof(Real))));
  *reinterpret_cast<Unaligned*>(at) = x;
}

static NOINLINE void torchUniforms(const TorchCpu& p, uint64_t first, int count, float* out) {
  float a = float(p.a);
  Floats range = Floats{} + (float(p.b) - a);
  for (int i = 0; i < count; i += FLOATS) storeLanes(out + i, fma(lower24(p.words + first + i) * 0x1p-24f, range, a));
}

static NOINLINE void torchUniforms(const TorchCpu& p, uint64_t first, int count, double* out) {
  Doubles range = Doubles{} + (p.b - p.a);
  for (int i = 0; i < count; i += DOUBLES) storeLanes(out + i, fma(unit53(p.words + 2 * (first + i)), range, p.a));
}

// Of a block of 16 words the first eight are radii, the others angles.
static NOINLINE void torchNormals(const TorchCpu& p, uint64_t first, int count, float* out) {
  float mean = float(p.a);
  Floats std = Floats{} + float(p.b);
  for (int i = 0; i < count; i += FLOATS, i += i & 8) {
    const uint32_t* words = p.words + first + i;
    Floats radius = squareRoot(-2 * cephesLogOfScaled(0x1p24f - lower24(words)));
    FloatTurns turn = cephesSinCos(6.28318530717958647692f * (lower24(words + 8) * 0x1p-24f));
    storeLanes(out + i, fma(radius * turn.cos, std, mean));
    storeLanes(out + i + 8, fma(radius * turn.sin, std, mean));
  }
}

static NOINLINE void torchNormals(const TorchCpu& p, uint64_t first, int count, double* out) {
  Doubles std = Doubles{} + p.b;
  for (int i = 0; i < count; i += DOUBLES, i += i & 8) {
    const uint32_t* words = p.words + 2 * (first + i);
    Doubles radius = squareRoot(-2 * halfUlpLog(1 - unit53(words)));
    DoubleTurns turn = halfUlpSinCos(6.28318530717958647692 * unit53(words + 16));
    storeLanes(out + i, fma(radius * turn.cos, std, p.a));
    storeLanes(out + i + 8, fma(radius * turn.sin, std, p.a));
  }
}

// Elements `begin` to `end - 1`; of normals, both are multiples of 16.
template <class T, bool uniform>
static OURS void torchCpu(const TorchCpu& p, uint64_t begin, uint64_t end) {
  using Real = typename T::Compute;
  using Stored = typename T::Stored;
  constexpr int SOME = 512;
  Real x[SOME];
  auto* memory = static_cast<Stored*>(p.memory);
  // What rounds to b becomes a; of 0 there are two.
  constexpr Stored SIGN = Stored(Stored(1) << (8 * sizeof(Stored) - 1));
  Stored from = T::round(Real(p.b)), to = T::round(Real(p.a)), mask = (from & ~SIGN) == 0 ? Stored(~SIGN) : Stored(-1);
  for (uint64_t i = begin; i < end; i += SOME) {
    int count = int(end - i < SOME ? end - i : SOME);
    if constexpr (uniform) {
      torchUniforms(p, i, count, x);
#pragma clang loop interleave(disable)
      for (int k = 0; k < count; k++) {
        Stored bits = T::round(x[k]);
        memory[i + k] = ((bits ^ from) & mask) == 0 ? to : bits;
      }
    } else {
      torchNormals(p, i, count, x);
#pragma clang loop interleave(disable)
      for (int k = 0; k < count; k++) memory[i + k] = T::round(x[k]);
    }
  }
}
