// SPDX-License-Identifier: Apache-2.0
// One loop for all laws of elements: random bits of a batch, then the law over them.
#pragma once
#include "philox.h"
#include "quantile.h"
#include "region.h"

// bfloat16 where the processor has instructions for it (converted.h).
struct ConvertedBF16 : BF16 {};

// The type whose rounding that is.
template <class T>
using Rounded = std::conditional_t<std::is_same_v<T, ConvertedBF16>, BF16, T>;

// Whether a law takes first and second words: of pairs, or of neighbors whose roundings share steps.
template <class T, class Numbers>
constexpr bool BY_TWO = Numbers::PAIRS || (std::is_same_v<T, BF16> && !Numbers::TABLE);

// Two neighbors are stored.
template <class T>
INLINE void storePair(typename T::Stored* out, int i, typename T::Compute x, typename T::Compute y) {
  if constexpr (sizeof(typename T::Stored) == 2) {
    typedef uint32_t Unaligned __attribute__((aligned(2)));
    reinterpret_cast<Unaligned*>(out)[i] = T::pack(x, y);
  } else {
    out[2 * i] = T::round(x);
    out[2 * i + 1] = T::round(y);
  }
}

// The law over the bits of `count` elements, and of those behind up to whole LANES.
template <class T, class Numbers, bool byTwo = BY_TWO<T, Numbers>>
static NOINLINE void apply(const typename Numbers::template Law<typename T::Compute>& law, const Bits& bits,
                                            int count, typename T::Stored* __restrict out) {
  using Real = typename T::Compute;
  using Word = std::conditional_t<sizeof(Real) == 8, uint64_t, uint32_t>;
  const auto* words = reinterpret_cast<const Word*>(bits.words);
  constexpr int UNIT = LANES * PER_BLOCK<T>;
  count = (count + UNIT - 1) & -UNIT;
  if constexpr (byTwo) {
    const auto* first = reinterpret_cast<const Word*>(bits.first);
    const auto* second = reinterpret_cast<const Word*>(bits.second);
    VECTORIZED
    for (int i = 0; i < count / 2; i++) {
      if constexpr (Numbers::PAIRS) {
        Real x, y;
        law.pair(first[i], second[i], x, y);
        storePair<T>(out, i, x, y);
      } else {
        storePair<T>(out, i, law.at(first[i]), law.at(second[i]));
      }
    }
  } else if constexpr (Numbers::TABLE) {
    if constexpr (sizeof(Real) == 8) {
      for (int i = 0; i < count; i++) out[i] = T::round(law.at(words[i]));
    } else if constexpr (sizeof(typename T::Stored) == 4) {
      lookUp(words, law, count, reinterpret_cast<float*>(out));
    } else {
      float x[BATCH<T>];
      lookUp(words, law, count, x);
      VECTORIZED
      for (int i = 0; i < count; i++) out[i] = T::round(x[i]);
    }
  } else {
    [[maybe_unused]] constexpr int VECTOR = LANES_OF_FLOATS * 4 / int(sizeof(Real));
    WHOLE_VECTORS
    for (int i = 0; i < count; i++) out[i] = T::round(law.at(words[i]));
  }
}

#include "converted.h"

// The blocks of some pairs of doubles. Almost always they follow each other by twos, each with the one of the draw behind.
static NOINLINE void blocksOfDoubles(uint64_t start, uint64_t first, int count, uint64_t* __restrict blocks) {
  uint64_t last = first + uint64_t(count) - 1, block = blockOfDoubles(start, first);
  if (first % 2 == 0 && blockOfDoubles(start, last | 1) - block == (1 << 16) + (last - first) / 2) {
    for (int i = 0; i < count; i++) blocks[i] = block + uint64_t(i >> 1) + (uint64_t(i & 1) << 16);
  } else {
    ROLLED
    for (int i = 0; i < count; i++) blocks[i] = blockOfDoubles(start, first + uint64_t(i));
  }
}

template <class T, class Numbers>
struct Drawn : Maker {
  using Real = typename T::Compute;
  using Stored = typename T::Stored;
  static constexpr bool WIDE = sizeof(Real) == 8;
  static constexpr int PER_GROUP = GROUP<T> / PER_BLOCK<T>;  // blocks
  const Keys keys;
  const uint64_t start;
  typename Numbers::template Law<Real> law;
  Bits bits;

  __forceinline__ Drawn(const Source& source, const Numbers& numbers)
      : Maker{make}, keys(source), start(source.start), law(numbers) {}

  static OURS void make(Maker* self, const uint64_t* groups, uint64_t first, int count, void* out) {
    static_cast<Drawn*>(self)->make(groups, first, count, static_cast<Stored*>(out));
  }

  __forceinline__ void make(const uint64_t* groups, uint64_t first, int count, Stored* out) {
    constexpr bool byTwo = BY_TWO<T, Numbers>;
    if (!WIDE && !groups) {
      draw<byTwo>(keys, first * PER_GROUP, count * PER_GROUP, bits);
    } else {
      alignas(64) uint64_t blocks[BLOCKS + LANES];
      if (WIDE && !groups) {
        blocksOfDoubles(start, first, count, blocks);
      } else {
        ROLLED
        for (int i = 0; i < count; i++) {
          for (int b = 0; b < PER_GROUP; b++) {
            blocks[i * PER_GROUP + b] = WIDE ? blockOfDoubles(start, groups[i]) : groups[i] * PER_GROUP + uint64_t(b);
          }
        }
      }
      draw<byTwo>(keys, blocks, count * PER_GROUP, bits);
    }
    if (WIDE) widen<byTwo>(bits, count);
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, ConvertedBF16>) {
      if (converts<Numbers>(law, bits, count * GROUP<T>, out)) return;
    }
#endif
    apply<Rounded<T>, Numbers, byTwo>(law, bits, count * GROUP<T>, out);
  }
};

// Once for all types of 8 bits.
template <class Numbers>
static SMALL void elements8(const Elements<Numbers, Region>& p, uint64_t begin, uint64_t end,
                                                         bool streaming, const Format8& format) {
  Drawn<F32, Numbers> drawn(p.source, p.numbers);
  Narrowed narrowed(drawn, format);
  fillRegion(p.region, 1, begin, end, narrowed, streaming);
}

template <class T, class Numbers>
static NOINLINE void elements(const Elements<Numbers, Region>& p, uint64_t begin, uint64_t end,
                                               bool streaming) {
  if constexpr (sizeof(typename T::Stored) == 1) {
    elements8(p, begin, end, streaming, T::format());
  } else {
    Drawn<T, Numbers> drawn(p.source, p.numbers);
    fillRegion(p.region, sizeof(typename T::Stored), begin, end, drawn, streaming);
  }
}

// One value, as often as 8 bytes have room for it.
struct Same : Maker {
  uint64_t values;

  explicit __forceinline__ Same(uint64_t values) : Maker{make}, values(values) {}

  static OURS void make(Maker* self, const uint64_t*, uint64_t, int count, void* out) {
    typedef uint64_t Unaligned __attribute__((aligned(1)));
    uint64_t values = static_cast<Same*>(self)->values;
    for (int i = 0; i < 2 * count; i++) static_cast<Unaligned*>(out)[i] = values;
  }
};

template <int bytes>
static NOINLINE void constant(const Constant<Region>& p, uint64_t begin, uint64_t end, bool streaming) {
  Same same(uint64_t(typename Raw<bytes>::Stored(p.bits)) * (~uint64_t(0) / typename Raw<bytes>::Stored(-1)));
  fillRegion(p.region, bytes, begin, end, same, streaming);
}
