// SPDX-License-Identifier: Apache-2.0
// Modules, functions and launches.
#include "device.h"

TEST(module_says_why_it_does_not_load) {
  Device d;
  char log[512] = "untouched";
  int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void* values[] = {log, reinterpret_cast<void*>(std::uintptr_t{sizeof log})};
  CUmodule m = nullptr;
  const char* wrong = ".version 6.3\n.target sm_75\n.address_size 64\n.visible .entry k() { frobnicate.u32 %r1, %r2; ret; }\n";
  CHECK_EQUAL(cuModuleLoadDataEx(&m, wrong, 2, options, values), CUDA_ERROR_INVALID_PTX);
  CHECK(std::strstr(log, "4") != nullptr && std::strstr(log, "frobnicate") != nullptr);
  CHECK_EQUAL(reinterpret_cast<std::uintptr_t>(values[1]), std::strlen(log) + 1);
  char small[8];
  values[0] = small, values[1] = reinterpret_cast<void*>(std::uintptr_t{sizeof small});
  CHECK_EQUAL(cuModuleLoadDataEx(&m, wrong, 2, options, values), CUDA_ERROR_INVALID_PTX);
  CHECK_EQUAL(std::strlen(small), 7u);
  // A module that loads has nothing to say, in either log.
  char info[8] = "x", errors[8] = "x";
  int both[] = {CU_JIT_INFO_LOG_BUFFER, CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void* eight = reinterpret_cast<void*>(std::uintptr_t{8});
  void* buffers[] = {info, eight, errors, eight};
  CHECK_EQUAL(cuModuleLoadDataEx(&m, kernels, 4, both, buffers), CUDA_SUCCESS);
  CHECK(*info == '\0' && *errors == '\0');
  CHECK_EQUAL(cuModuleUnload(m), CUDA_SUCCESS);
  const check::Folder folder;
  std::FILE* file = std::fopen(folder.file("kernels.ptx").c_str(), "w");
  std::fputs(kernels, file);
  std::fclose(file);
  CHECK_EQUAL(cuModuleLoad(&m, folder.file("kernels.ptx").c_str()), CUDA_SUCCESS);
  CUfunction add = nullptr;
  CHECK_EQUAL(cuModuleGetFunction(&add, m, "add"), CUDA_SUCCESS);
  CHECK_EQUAL(cuModuleUnload(m), CUDA_SUCCESS);
  CHECK_EQUAL(cuModuleLoad(&m, folder.file("none").c_str()), CUDA_ERROR_FILE_NOT_FOUND);
  CHECK_EQUAL(cuModuleLoadData(&m, ".version 8.0\n.target sm_90\n"), CUDA_ERROR_NO_BINARY_FOR_GPU);
  CHECK_EQUAL(cuModuleLoadData(&m, "\177ELF"), CUDA_ERROR_NO_BINARY_FOR_GPU);
  CHECK_EQUAL(cuModuleLoadData(&m, nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST(module_has_functions_and_globals) {
  Device d;
  CUfunction f = nullptr, again = nullptr;
  CHECK_EQUAL(cuModuleGetFunction(&f, d.module, "no_such"), CUDA_ERROR_NOT_FOUND);
  CHECK_EQUAL(cuModuleGetFunction(&again, d.module, "fill"), CUDA_SUCCESS);
  CHECK(again == d.fill);
  CUdeviceptr counter = 0;
  std::size_t bytes = 0;
  CHECK_EQUAL(cuModuleGetGlobal_v2(&counter, &bytes, d.module, "counter"), CUDA_SUCCESS);
  CHECK_EQUAL(bytes, 4u);
  CHECK_EQUAL(word(counter, 0), 7u);
  CHECK_EQUAL(cuModuleGetGlobal_v2(&counter, &bytes, d.module, "fill"), CUDA_ERROR_NOT_FOUND);
}

TEST(unloaded_module_is_gone_but_queued_kernels_run) {
  Device d;
  CUmodule m = nullptr;
  CUfunction f = nullptr;
  CUdeviceptr p = allocate(256);
  CHECK_EQUAL(cuModuleLoadData(&m, kernels), CUDA_SUCCESS);
  CHECK_EQUAL(cuModuleGetFunction(&f, m, "fill"), CUDA_SUCCESS);
  CHECK_EQUAL(d.launch(f, p, 3, 64, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuModuleUnload(m), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 5), 3u);
  CHECK_EQUAL(d.launch(f, p, 3, 64, d.a), CUDA_ERROR_INVALID_HANDLE);
  CHECK(found("no such function"));
  CHECK_EQUAL(cuModuleUnload(m), CUDA_ERROR_INVALID_HANDLE);
  CHECK(found("no such module"));
  cuMemFree_v2(p);
}

TEST(attributes_and_occupancy) {
  Device d;
  int value = 0, grid = 0, block = 0;
  CHECK_EQUAL(cuFuncGetAttribute(&value, 0, d.fill), CUDA_SUCCESS);
  CHECK_EQUAL(value, 1024);
  CHECK_EQUAL(cuFuncGetAttribute(&value, 8, d.fill), CUDA_SUCCESS);
  CHECK_EQUAL(value, 49152);
  CHECK_EQUAL(cuFuncSetAttribute(d.fill, 8, 1 << 30), CUDA_ERROR_INVALID_VALUE);
  // 32 registers a thread, 2048 threads and 32 blocks a multiprocessor, 1 kB reserved a block.
  CHECK_EQUAL(cuOccupancyMaxActiveBlocksPerMultiprocessor(&value, d.fill, 256, 0), CUDA_SUCCESS);
  CHECK_EQUAL(value, 8);
  CHECK_EQUAL(cuOccupancyMaxActiveBlocksPerMultiprocessor(&value, d.fill, 32, 0), CUDA_SUCCESS);
  CHECK_EQUAL(value, 32);
  CHECK_EQUAL(cuOccupancyMaxActiveBlocksPerMultiprocessor(&value, d.fill, 64, 40000), CUDA_SUCCESS);
  CHECK_EQUAL(value, 4);
  CHECK_EQUAL(cuOccupancyMaxPotentialBlockSize(&grid, &block, d.fill, nullptr, 0, 0), CUDA_SUCCESS);
  CHECK(block == 1024 && grid == 16);
  CHECK_EQUAL(cuOccupancyMaxPotentialBlockSize(&grid, &block, d.fill, nullptr, 0, 200), CUDA_SUCCESS);
  CHECK(block <= 200 && block % 8 == 0 && grid > 0);
}

TEST(launches_are_checked_at_the_call) {
  Device d;
  auto launch = [&](unsigned g, unsigned b, unsigned shared) { return cuLaunchKernel(d.nothing, g, 1, 1, b, 1, 1, shared, d.a, nullptr, nullptr); };
  CHECK_EQUAL(launch(0, 1, 0), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("a dimension is 0"));
  CHECK_EQUAL(launch(1, 1025, 0), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("block is too large"));
  CHECK_EQUAL(launch(1, 1, 49153), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("more dynamic shared memory"));
  CHECK_EQUAL(cuFuncSetAttribute(d.nothing, 8, 65536), CUDA_SUCCESS);
  CHECK_EQUAL(launch(1, 1, 65536), CUDA_SUCCESS);
  CHECK_EQUAL(cuLaunchCooperativeKernel(d.nothing, 8 * 2, 1, 1, 1024, 1, 1, 0, d.a, nullptr), CUDA_SUCCESS);
  CHECK_EQUAL(cuLaunchCooperativeKernel(d.nothing, 8 * 2 + 1, 1, 1, 1024, 1, 1, 0, d.a, nullptr), CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE);
  CHECK(found("more blocks than fit"));
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
}

TEST(parameters_are_checked_at_the_call) {
  Device d;
  CUdeviceptr p = allocate(256);
  unsigned v = 9, n = 64;
  void* none[] = {&p, &v, nullptr};
  CHECK_EQUAL(cuLaunchKernel(d.fill, 1, 1, 1, 64, 1, 1, 0, d.a, none, nullptr), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("parameter 2 is null"));
  CHECK_EQUAL(cuLaunchKernel(d.fill, 1, 1, 1, 64, 1, 1, 0, d.a, nullptr, nullptr), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("parameter 0 is null"));
  struct {
    CUdeviceptr p;
    unsigned v, n;
  } block{p, v, n};
  std::size_t size = sizeof block - 4;
  void* extra[] = {reinterpret_cast<void*>(1), &block, reinterpret_cast<void*>(2), &size, nullptr};
  CHECK_EQUAL(cuLaunchKernel(d.fill, 1, 1, 1, 64, 1, 1, 0, d.a, nullptr, extra), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("has 12 bytes, its parameters take 16"));
  size = sizeof block;
  CHECK_EQUAL(cuLaunchKernel(d.fill, 1, 1, 1, 64, 1, 1, 0, d.a, nullptr, extra), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 63), 9u);
  cuMemFree_v2(p);
}

TEST(finding_of_a_kernel_is_sticky_and_frees_still_work) {
  Device d;
  CUdeviceptr p = allocate(256);
  CHECK_EQUAL(d.launch(d.fill, p, 1, 65, d.a), CUDA_SUCCESS);  // one element too many
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_ERROR_ILLEGAL_ADDRESS);
  CHECK_EQUAL(initiumSoftFindings(), 1);
  CUstream s = nullptr;
  CHECK_EQUAL(cuStreamCreate(&s, 0), CUDA_ERROR_ILLEGAL_ADDRESS);
  CHECK_EQUAL(cuMemFree_v2(p), CUDA_ERROR_ILLEGAL_ADDRESS);
  CHECK_EQUAL(initiumSoftLive("memory"), 0);
  CHECK(found("fill"));
}

int main() { return check::run(); }
