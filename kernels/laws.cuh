// SPDX-License-Identifier: Apache-2.0
// The laws of elements that have words of their own, as values. A law is made of the numbers that the host gives, which
// stand behind Region and Source in the parameters; it says what an element is by its random bits: one word, or 53 bits of
// two words for f64 (Real is double). Where PAIRS, two neighboring elements come of the bits of both; where TABLE, the law
// reads one.
#pragma once
#include "quantile.cuh"

// U[a, b): laws Uniform32 and Uniform64.
struct Uniform {
  static constexpr bool PAIRS = false, TABLE = false;
  double low, range;       // x = low + u * range
  double least, greatest;  // the values of the dtype that bound [a, b); neither is -0

  template <class Real>
  struct Law {
    Real low, range, least, greatest;
    explicit __device__ __forceinline__ Law(const Uniform& n)
        : low(Real(n.low)), range(Real(n.range)), least(Real(n.least)), greatest(Real(n.greatest)) {}
    template <class Bits>
    __device__ __forceinline__ Real at(Bits bits) const {
      return max(min(fma(unit(bits), range, low), greatest), least);
    }
  };
};

// N(mean, std^2): laws Normal32 and Normal64, Box-Muller.
struct Normal {
  static constexpr bool PAIRS = true, TABLE = false;
  double mean, std;

  template <class Real>
  struct Law {
    Real mean, std;
    explicit __device__ __forceinline__ Law(const Normal& n) : mean(Real(n.mean)), std(Real(n.std)) {}
    template <int n, class Bits>
    __device__ __forceinline__ void pairs(const Bits* first, const Bits* second, Real* x) const {
      normals<n>(first, second, mean, std, x);
    }
    template <class Bits>
    __device__ __forceinline__ void pair(Bits a, Bits b, Real& x, Real& y) const {
      Real both[2];
      normals<1>(&a, &b, mean, std, both);
      x = both[0];
      y = both[1];
    }
  };
};

// Any law by its inverse distribution function: laws Quantile32 and Quantile64. The function is a table of short series,
// one for each sixteenth of an octave of the distance, in probability, from the nearer bound; the bits choose the side, the row and the place in it. The table stays in the L1 cache: 16 kB, or 190 kB for f64.
struct Quantile {
  static constexpr bool PAIRS = false, TABLE = true;
  uint64_t table;  // its address
  double least, greatest;

  template <class Real>
  struct Law {
    uint64_t table;
    Real least, greatest;
    explicit __device__ __forceinline__ Law(const Quantile& n)
        : table(n.table), least(Real(n.least)), greatest(Real(n.greatest)) {}
    // Not min and max, which take -0 for less than 0.
    __device__ __forceinline__ Real clamp(Real x) const {
      x = x > greatest ? greatest : x;
      return x < least ? least : x;
    }
    __device__ __forceinline__ float at(uint32_t word) const {
      return clamp(quantile(word, reinterpret_cast<const float4*>(table)));
    }
    __device__ __forceinline__ double at(uint64_t bits) const {
      return clamp(quantile(bits, reinterpret_cast<const double*>(table)));
    }
  };
};
