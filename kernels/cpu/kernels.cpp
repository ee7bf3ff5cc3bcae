// SPDX-License-Identifier: Apache-2.0
// The kernels of one level of instructions: their names are those of the PTX. Compiled once a level; a kernel does the
// work items `begin` to `end - 1` of a launch with these parameters.
#include <cstdint>
#include <type_traits>
#include "kernel.h"

// Nothing of a level has a name that the linker sees: functions of one name, compiled for several levels, would be one.
namespace {
#include "device.h"
#include "fixed.h"
#include "sparse.h"
#if !defined(__AVX512F__)
#include "matrix.h"
#include "torch.h"
#endif
#if !defined(__AVX2__)
#include "truncated.h"
#endif
}  // namespace

#define KERNEL_OF(name, Parameters, call)                                                        \
  static OURS void name(const void* parameters, uint64_t begin, uint64_t end, uint64_t flags) {       \
    call(*static_cast<const Parameters*>(parameters), begin, end, (flags & STREAMING) != 0);     \
  }
#define LAW_OF(family, Numbers, suffix, T) KERNEL_OF(family##_##suffix, Of<Numbers>, elements<T>)
#define TYPED(family, Parameters, suffix, T) KERNEL_OF(family##_##suffix, Parameters, family<T>)
#define SIZED(family, Parameters, bytes) KERNEL_OF(family##_##bytes, Parameters, family<bytes>)
#define NAMED(family, suffix, ...) {#family "_" #suffix, family##_##suffix},

template <class Numbers>
using Of = Elements<Numbers, Region>;

namespace {
TYPES(LAW_OF, uniform, Uniform)
TYPES(LAW_OF, normal, Normal)
TYPES(LAW_OF, quantile, Quantile)
SIZES(SIZED, constant, Constant<Region>)
TYPES(TYPED, sparse, SparseCall)
#if defined(__AVX512F__)
LAW_OF(uniform, Uniform, converted_bf16, ConvertedBF16)
LAW_OF(quantile, Quantile, converted_bf16, ConvertedBF16)
#endif
#if !defined(__AVX512F__) // these are not faster by it
KERNEL_OF(diagonal_, Diagonal, diagonal)
TYPES(TYPED, hadamard, Hadamard)
TYPES(TYPED, matrix, Matrix)
TORCH_TYPES(TYPED, torch_uniform, Torch)
TORCH_TYPES(TYPED, torch_normal, Torch)
TORCH_TYPES(TYPED, torch_cpu_uniform, TorchCpu)
TORCH_TYPES(TYPED, torch_cpu_normal, TorchCpu)
KERNEL_OF(twister_, Twister, twister)
#endif
#if !defined(__AVX2__) // made once a law
static OURS void truncated_f32(const void* p, uint64_t begin, uint64_t end, uint64_t) { truncated(*static_cast<const Truncated*>(p), begin, end, false); }
static OURS void truncated_f64(const void* p, uint64_t begin, uint64_t end, uint64_t) { truncated(*static_cast<const Truncated*>(p), begin, end, true); }
#endif
}  // namespace

extern const Kernel LEVEL[];
const Kernel LEVEL[] = {
    TYPES(NAMED, uniform) TYPES(NAMED, normal) TYPES(NAMED, quantile) SIZES(NAMED, constant) TYPES(NAMED, sparse)
#if !defined(__AVX512F__)
    {"diagonal", diagonal_},
    TYPES(NAMED, hadamard) TYPES(NAMED, matrix) TORCH_TYPES(NAMED, torch_uniform) TORCH_TYPES(NAMED, torch_normal)
    TORCH_TYPES(NAMED, torch_cpu_uniform) TORCH_TYPES(NAMED, torch_cpu_normal){"twister", twister_},
#endif
#if !defined(__AVX2__)
    {"truncated_f32", truncated_f32}, {"truncated_f64", truncated_f64},
#endif
    {nullptr, nullptr},
};

#if defined(__AVX512F__)
// Of processors that have AVX512_BF16 too.
#define WITH_BF16_OF(level) level##_bf16
#define WITH_BF16(level) WITH_BF16_OF(level)
extern const Kernel WITH_BF16(LEVEL)[];
const Kernel WITH_BF16(LEVEL)[] = {
    {"uniform_bf16", uniform_converted_bf16}, {"quantile_bf16", quantile_converted_bf16}, {nullptr, nullptr}};
#endif
