// The kernels of one level of instructions: their names are those of the PTX. Compiled once a level; a kernel does the
// work items `begin` to `end - 1` of a launch with these parameters.
#include <cstdint>
#include <type_traits>
#include "kernel.h"

// Nothing of a level has a name that the linker sees: functions of one name, compiled for several levels, would be one.
namespace {
#include "device.h"
#include "fixed.h"
#if !defined(__AVX512F__)
#include "matrix.h"
#include "sparse.h"
#include "torch.h"
#endif
}  // namespace

#define KERNEL_OF(name, Parameters, call)                                                        \
  static void name(const void* parameters, uint64_t begin, uint64_t end, uint64_t flags) {       \
    call(*static_cast<const Parameters*>(parameters), begin, end, (flags & STREAMING) != 0);     \
  }
#define FOR_EACH(X, family, Parameters) \
  X(family, f32, Parameters, F32) X(family, f64, Parameters, F64) X(family, f16, Parameters, F16) X(family, bf16, Parameters, BF16)
#define LAW_OF(family, suffix, Numbers, T) KERNEL_OF(family##_##suffix, ELEMENTS_OF(Numbers), elements<T>)
#define ELEMENTS_OF(Numbers) Of<Numbers>
#define TYPED(family, suffix, Parameters, T) KERNEL_OF(family##_##suffix, Parameters, family<T>)
#define NAMED(family, suffix, Parameters, T) {#family "_" #suffix, family##_##suffix},

template <class Numbers>
using Of = Elements<Numbers, Region>;

namespace {
FOR_EACH(LAW_OF, uniform, Uniform)
FOR_EACH(LAW_OF, normal, Normal)
FOR_EACH(LAW_OF, quantile, Quantile)
FOR_EACH(TYPED, many, Many)
KERNEL_OF(constant_2, Constant<Region>, constant<2>)
KERNEL_OF(constant_4, Constant<Region>, constant<4>)
KERNEL_OF(constant_8, Constant<Region>, constant<8>)
#if !defined(__AVX512F__) // these are not faster by it
FOR_EACH(TYPED, hadamard, Hadamard)
KERNEL_OF(diagonal_, Diagonal, diagonal)
FOR_EACH(TYPED, matrix, Matrix)
FOR_EACH(TYPED, sparse, SparseCall)
FOR_EACH(TYPED, torch_uniform, Torch)
FOR_EACH(TYPED, torch_normal, Torch)
FOR_EACH(TYPED, torch_cpu_uniform, TorchCpu)
FOR_EACH(TYPED, torch_cpu_normal, TorchCpu)
KERNEL_OF(twister_, Twister, twister)
#endif
}  // namespace

extern const Kernel LEVEL[];
const Kernel LEVEL[] = {
    FOR_EACH(NAMED, uniform, ) FOR_EACH(NAMED, normal, ) FOR_EACH(NAMED, quantile, ) FOR_EACH(NAMED, many, ){"constant_2", constant_2},
    {"constant_4", constant_4},
    {"constant_8", constant_8},
#if !defined(__AVX512F__)
    {"diagonal", diagonal_},
    FOR_EACH(NAMED, hadamard, ) FOR_EACH(NAMED, matrix, ) FOR_EACH(NAMED, sparse, ) FOR_EACH(NAMED, torch_uniform, ) FOR_EACH(NAMED, torch_normal, )
    FOR_EACH(NAMED, torch_cpu_uniform, ) FOR_EACH(NAMED, torch_cpu_normal, ){"twister", twister_},
#endif
    {nullptr, nullptr},
};
