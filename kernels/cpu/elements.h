// One loop for all laws of elements: random bits of a batch, then the law over them.
#pragma once
#include "philox.h"
#include "region.h"

// The law over the bits of `count` elements, an even number.
template <class T, class Law>
static void apply(const Law& law, const Bits& bits, int count, typename T::Stored* __restrict out) {
  using Real = typename T::Compute;
  using Word = std::conditional_t<sizeof(Real) == 8, uint64_t, uint32_t>;
  if constexpr (Law::PAIRS) {
    const Word* first = reinterpret_cast<const Word*>(bits.first);
    const Word* second = reinterpret_cast<const Word*>(bits.second);
#pragma clang loop vectorize(enable)
    for (int i = 0; i < count / 2; i++) {
      Real x, y;
      law.pair(first[i], second[i], x, y);
      out[2 * i] = T::round(x);
      out[2 * i + 1] = T::round(y);
    }
  } else {
    const Word* words = reinterpret_cast<const Word*>(bits.words);
#pragma clang loop vectorize(enable)
    for (int i = 0; i < count; i++) out[i] = T::round(law.at(words[i]));
  }
}

template <class T, class Numbers>
struct Drawn {
  using Real = typename T::Compute;
  using Law = typename Numbers::template Law<Real>;
  static constexpr bool WIDE = sizeof(Real) == 8;
  static constexpr int PER_GROUP = sizeof(typename T::Stored) == 2 ? 2 : 1;  // blocks
  const Source& source;
  Law law;
  Bits bits;

  __forceinline__ Drawn(const Source& source, const Numbers& numbers) : source(source), law(numbers) {}

  void run(uint64_t group, int count, typename T::Stored* out) {
    if constexpr (WIDE) {
      uint64_t blocks[BLOCKS + LANES];
      for (int i = 0; i < count; i++) blocks[i] = blockOfDoubles(source.start, group + uint64_t(i));
      draw<WIDE, Numbers::PAIRS>(source, blocks, count, bits);
    } else {
      draw<WIDE, Numbers::PAIRS>(source, group * PER_GROUP, count * PER_GROUP, bits);
    }
    apply<T>(law, bits, count * GROUP<T>, out);
  }

  void list(const uint64_t* groups, int count, typename T::Stored* out) {
    uint64_t blocks[BLOCKS + LANES];
    for (int i = 0; i < count; i++) {
      if constexpr (WIDE) {
        blocks[i] = blockOfDoubles(source.start, groups[i]);
      } else {
        for (int b = 0; b < PER_GROUP; b++) blocks[i * PER_GROUP + b] = groups[i] * PER_GROUP + uint64_t(b);
      }
    }
    draw<WIDE, Numbers::PAIRS>(source, blocks, count * PER_GROUP, bits);
    apply<T>(law, bits, count * GROUP<T>, out);
  }
};

template <class T, class Numbers>
INLINE void elements(const Elements<Numbers, Region>& p, uint64_t begin, uint64_t end, bool streaming) {
  Drawn<T, Numbers> drawn(p.source, p.numbers);
  fillRegion<T>(p.region, begin, end, drawn, streaming);
}

// One value.
template <class T>
struct Same {
  typename T::Stored value;
  __forceinline__ void run(uint64_t, int count, typename T::Stored* out) {
    for (int i = 0; i < count * GROUP<T>; i++) out[i] = value;
  }
  __forceinline__ void list(const uint64_t*, int count, typename T::Stored* out) { run(0, count, out); }
};

template <int bytes>
INLINE void constant(const Constant<Region>& p, uint64_t begin, uint64_t end, bool streaming) {
  using T = Raw<bytes>;
  Same<T> same{typename T::Stored(p.bits)};
  fillRegion<T>(p.region, begin, end, same, streaming);
}
