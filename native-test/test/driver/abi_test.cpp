// Our declarations of CUDA's types and numbers, compared with NVIDIA's cuda.h where a toolkit has it.
#include <cstddef>
#include <cstdint>

#include "../check.h"

namespace ours {
#include "../../src/driver/abi.h"
}

#if __has_include("/usr/local/cuda/include/cuda.h")
#include "/usr/local/cuda/include/cuda.h"

#define SAME(name) check::that(static_cast<int>(ours::name) == static_cast<int>(::name), __FILE__, __LINE__, #name)
#define SAME_PLACE(type, field)                                          \
  CHECK_EQUAL(offsetof(ours::type, field), offsetof(::type, field));     \
  CHECK_EQUAL(sizeof(ours::type::field), sizeof(::type::field))

TEST(numbers_are_those_of_cuda_h) {
#define ERROR(code, name, text) SAME(name);
#include "../../src/driver/errors.def"
  SAME(CU_STREAM_NON_BLOCKING), SAME(CU_EVENT_BLOCKING_SYNC), SAME(CU_EVENT_DISABLE_TIMING), SAME(CU_EVENT_INTERPROCESS);
  SAME(CU_MEMORYTYPE_HOST), SAME(CU_MEMORYTYPE_DEVICE), SAME(CU_MEMORYTYPE_ARRAY);
  SAME(CU_STREAM_CAPTURE_STATUS_ACTIVE), SAME(CU_STREAM_CAPTURE_STATUS_INVALIDATED), SAME(CU_STREAM_CAPTURE_MODE_RELAXED);
  SAME(CU_JIT_INFO_LOG_BUFFER), SAME(CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES), SAME(CU_JIT_ERROR_LOG_BUFFER), SAME(CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
}

// The numbers that the driver spells out in tables.
TEST(attributes_are_those_of_cuda_h) {
  CHECK_EQUAL(int{CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT}, 16);
  CHECK_EQUAL(int{CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR}, 39);
  CHECK_EQUAL(int{CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR}, 75);
  CHECK_EQUAL(int{CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH}, 95);
  CHECK_EQUAL(int{CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN}, 97);
  CHECK_EQUAL(int{CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR}, 106);
  CHECK_EQUAL(int{CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED}, 115);
  CHECK_EQUAL(int{CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES}, 8);
  CHECK_EQUAL(int{CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL}, 9);
  CHECK_EQUAL(int{CU_POINTER_ATTRIBUTE_RANGE_SIZE}, 12);
}

TEST(structures_are_those_of_cuda_h) {
  CHECK_EQUAL(sizeof(ours::CUDA_MEMCPY2D), sizeof(::CUDA_MEMCPY2D));
  SAME_PLACE(CUDA_MEMCPY2D, srcY);
  SAME_PLACE(CUDA_MEMCPY2D, srcMemoryType);
  SAME_PLACE(CUDA_MEMCPY2D, srcDevice);
  SAME_PLACE(CUDA_MEMCPY2D, srcPitch);
  SAME_PLACE(CUDA_MEMCPY2D, dstXInBytes);
  SAME_PLACE(CUDA_MEMCPY2D, dstHost);
  SAME_PLACE(CUDA_MEMCPY2D, dstDevice);
  SAME_PLACE(CUDA_MEMCPY2D, dstPitch);
  SAME_PLACE(CUDA_MEMCPY2D, WidthInBytes);
  SAME_PLACE(CUDA_MEMCPY2D, Height);
  CHECK_EQUAL(sizeof(ours::CUdevice), sizeof(::CUdevice));
  CHECK_EQUAL(sizeof(ours::CUdeviceptr), sizeof(::CUdeviceptr));
}
#else
TEST(toolkit) { std::printf("abi_test: no cuda.h in /usr/local/cuda/include to compare with\n"); }
#endif

int main() { return check::run(); }
