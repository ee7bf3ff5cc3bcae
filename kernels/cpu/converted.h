// SPDX-License-Identifier: Apache-2.0
// bfloat16 by AVX512_BF16, whose one instruction rounds 32 numbers to nearest even, where integers take ten. But it takes
// subnormal numbers for 0, whatever the modes of the processor are. So where no result is 0, all of them are right, by
// whatever law; else, which is rare, they are made once more by integers.
#pragma once

#if defined(__AVX512F__)
// The law over the bits of `count` elements, as apply() has it. Whether what was written holds.
template <class Numbers>
__attribute__((target("avx512bf16"))) static NOINLINE bool converts(const typename Numbers::template Law<float>& law,
                                                                     const Bits& bits, int count, uint16_t* __restrict out) {
  constexpr int AT_ONCE = 32, UNIT = LANES * PER_BLOCK<BF16>;
  typedef float Half __attribute__((vector_size(2 * AT_ONCE)));
  typedef uint16_t Results __attribute__((vector_size(2 * AT_ONCE), aligned(2)));
  typedef bool Set __attribute__((ext_vector_type(AT_ONCE)));
  count = (count + UNIT - 1) & -UNIT;
  alignas(64) [[maybe_unused]] float made[LOOKED_UP];
  uint32_t zeros = 0;
  ROLLED
  for (int i = 0; i < count; i += AT_ONCE) {
    alignas(64) float x[AT_ONCE];  // never in memory
    if constexpr (Numbers::TABLE) {
      if (i % LOOKED_UP == 0) lookUp(bits.words + i, law, count - i < LOOKED_UP ? count - i : LOOKED_UP, made);
    }
    VECTORIZED
    for (int k = 0; k < AT_ONCE; k++) {
      if constexpr (Numbers::TABLE) {
        x[k] = made[i % LOOKED_UP + k];
      } else {
        x[k] = law.at(bits.words[i + k]);
      }
    }
    const auto* halves = reinterpret_cast<const Half*>(x);
    auto results = Results(__builtin_ia32_cvtne2ps2bf16_512(halves[1], halves[0]));
    __asm__("" : "+v"(results));  // of bits, no longer of numbers, which clang compares one by one
    *reinterpret_cast<Results*>(out + i) = results;
    zeros |= __builtin_bit_cast(uint32_t, __builtin_convertvector((results & 0x7fff) == 0, Set));
  }
  return zeros == 0;
}
#endif
