// SPDX-License-Identifier: Apache-2.0
// Devices and contexts: what they are, who has them, what is left when they end.
#include <thread>

#include "device.h"

TEST(device_looks_like_one) {
  Device d;
  int n = 0, major = 0, minor = 0, value = 0;
  CHECK_EQUAL(cuDeviceGetCount(&n), CUDA_SUCCESS);
  CHECK_EQUAL(n, 2);
  char name[64];
  CHECK_EQUAL(cuDeviceGetName(name, sizeof name, 0), CUDA_SUCCESS);
  CHECK_EQUAL(std::string(name), "Initium software CUDA device");
  CHECK_EQUAL(cuDeviceGetAttribute(&major, 75, 0), CUDA_SUCCESS);
  CHECK_EQUAL(cuDeviceGetAttribute(&minor, 76, 0), CUDA_SUCCESS);
  CHECK_EQUAL(major * 10 + minor, 80);
  CHECK_EQUAL(cuDeviceGetAttribute(&value, 10, 0), CUDA_SUCCESS);
  CHECK_EQUAL(value, 32);  // warp size
  // What a program sizes its work by, in the numbering that abi_test compares with cuda.h.
  const int attributes[][2] = {{1, 1024}, {2, 1024}, {3, 1024}, {4, 64}, {5, 2147483647}, {6, 65535}, {7, 65535}, {8, 49152}, {12, 65536}, {16, 8}, {39, 2048},
                               {41, 1}, {81, 167936}, {82, 65536}, {95, 1}, {97, 166912}, {106, 32}, {111, 1024}, {115, 1}, {83, 0}};
  for (const auto& [which, want] : attributes) {
    CHECK_EQUAL(cuDeviceGetAttribute(&value, which, 0), CUDA_SUCCESS);
    if (!CHECK(value == want)) std::printf("attribute %d is %d, not %d\n", which, value, want);
  }
  int zero = 9, one = 9;
  CHECK_EQUAL(cuDeviceGet(&one, 1), CUDA_SUCCESS);
  CHECK_EQUAL(one, 1);
  CHECK_EQUAL(cuDeviceGet(&one, 2), CUDA_ERROR_INVALID_DEVICE);
  CUuuid first, second;
  CHECK_EQUAL(cuDeviceGetUuid(&first, 0), CUDA_SUCCESS);
  CHECK_EQUAL(cuDeviceGetUuid(&second, 1), CUDA_SUCCESS);
  CHECK(std::memcmp(&first, &second, sizeof first) != 0);
  CHECK(cuDeviceGetAttribute(&zero, 33, 0) == CUDA_SUCCESS && cuDeviceGetAttribute(&one, 33, 1) == CUDA_SUCCESS && zero != one);  // the bus
  CHECK_EQUAL(cuDeviceGetAttribute(&value, 999, 0), CUDA_ERROR_INVALID_VALUE);
  CHECK_EQUAL(cuDeviceGetName(name, sizeof name, 2), CUDA_ERROR_INVALID_DEVICE);
  std::size_t total = 0;
  CHECK_EQUAL(cuDeviceTotalMem_v2(&total, 0), CUDA_SUCCESS);
  CHECK_EQUAL(total, std::size_t{1} << 30);
  CHECK_EQUAL(cuDriverGetVersion(&value), CUDA_SUCCESS);
  CHECK(value >= 12000);
  const char* text = nullptr;
  CHECK_EQUAL(cuGetErrorName(700, &text), CUDA_SUCCESS);
  CHECK_EQUAL(std::string(text), "CUDA_ERROR_ILLEGAL_ADDRESS");
  CHECK_EQUAL(cuGetErrorString(2, &text), CUDA_SUCCESS);
  CHECK_EQUAL(std::string(text), "out of memory");
  CHECK_EQUAL(cuGetErrorName(12345, &text), CUDA_ERROR_INVALID_VALUE);
}

TEST(current_context_belongs_to_a_thread) {
  Device d;
  CUcontext seen = nullptr;
  CUdeviceptr p = 0;
  CUresult other = CUDA_SUCCESS;
  std::thread([&] {
    cuCtxGetCurrent(&seen);
    other = cuMemAlloc_v2(&p, 16);
  }).join();
  CHECK(seen == nullptr);
  CHECK_EQUAL(other, CUDA_ERROR_INVALID_CONTEXT);
  cuCtxGetCurrent(&seen);
  CHECK(seen == d.context);
}

TEST(contexts_are_a_stack) {
  Device d;
  CUcontext made = nullptr, seen = nullptr;
  CHECK_EQUAL(cuDevicePrimaryCtxRetain(&made, 1), CUDA_SUCCESS);
  CHECK_EQUAL(cuCtxPushCurrent_v2(made), CUDA_SUCCESS);
  cuCtxGetCurrent(&seen);
  CHECK(seen == made && made != d.context);
  CHECK_EQUAL(cuCtxPushCurrent_v2(d.context), CUDA_SUCCESS);
  CHECK_EQUAL(cuCtxPopCurrent_v2(&seen), CUDA_SUCCESS);
  CHECK(seen == d.context);
  // A kernel on another context's stream, a function of another context: refused.
  CHECK_EQUAL(cuLaunchKernel(d.nothing, 1, 1, 1, 1, 1, 1, 0, d.a, nullptr, nullptr), CUDA_ERROR_INVALID_HANDLE);
  CHECK(found("the stream belongs to a context that is not current"));
  CHECK_EQUAL(cuLaunchKernel(d.nothing, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_ERROR_INVALID_HANDLE);
  CHECK(found("the function belongs to a context that is not current"));
  CHECK_EQUAL(cuCtxPopCurrent_v2(&seen), CUDA_SUCCESS);
  CHECK(seen == made);
  CHECK_EQUAL(cuDevicePrimaryCtxRelease_v2(1), CUDA_SUCCESS);
  cuCtxGetCurrent(&seen);
  CHECK(seen == d.context);
  CHECK_EQUAL(cuCtxPushCurrent_v2(made), CUDA_ERROR_INVALID_CONTEXT);
  CHECK(found("no such context"));
}

TEST(primary_context_counts_its_users) {
  Device d;
  CUcontext again = nullptr;
  unsigned flags = 9;
  int active = 0;
  CHECK_EQUAL(cuDevicePrimaryCtxRetain(&again, 0), CUDA_SUCCESS);
  CHECK(again == d.context);
  CHECK_EQUAL(cuDevicePrimaryCtxRelease_v2(0), CUDA_SUCCESS);
  CHECK_EQUAL(cuDevicePrimaryCtxGetState(0, &flags, &active), CUDA_SUCCESS);
  CHECK_EQUAL(active, 1);
}

TEST(context_that_ends_says_what_leaked) {
  CUcontext context = nullptr;
  CUstream stream = nullptr;
  CUdeviceptr p = 0;
  int active = 1;
  unsigned flags = 0;
  initiumSoftReset();
  CHECK_EQUAL(cuInit(0), CUDA_SUCCESS);
  CHECK_EQUAL(cuDevicePrimaryCtxRetain(&context, 0), CUDA_SUCCESS);
  CHECK_EQUAL(cuCtxSetCurrent(context), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamCreate(&stream, 0), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemAlloc_v2(&p, 100), CUDA_SUCCESS);
  CHECK_EQUAL(cuDevicePrimaryCtxRelease_v2(0), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftFindings(), 2);  // the stream and the memory
  CHECK(found("100 bytes"));
  CHECK_EQUAL(cuDevicePrimaryCtxGetState(0, &flags, &active), CUDA_SUCCESS);
  CHECK_EQUAL(active, 0);
  CHECK_EQUAL(cuMemAlloc_v2(&p, 100), CUDA_ERROR_CONTEXT_IS_DESTROYED);
  CHECK_EQUAL(cuDevicePrimaryCtxRelease_v2(0), CUDA_ERROR_INVALID_CONTEXT);
  CHECK(found("released more often than retained"));
  cuCtxSetCurrent(nullptr);
}

TEST(work_of_a_context_that_ends_does_not_run) {
  unsigned host = 5;
  {
    Device d;
    CUdeviceptr p = allocate(256);
    CHECK_EQUAL(cuMemHostRegister_v2(&host, 4, 0), CUDA_SUCCESS);
    CHECK_EQUAL(d.launch(d.fill, p, 1, 64, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuMemFreeAsync(p, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(initiumSoftPending(), 2);
    CHECK_EQUAL(cuMemHostUnregister(&host), CUDA_SUCCESS);
    CHECK_EQUAL(cuDevicePrimaryCtxReset_v2(0), CUDA_SUCCESS);
    CHECK_EQUAL(initiumSoftPending(), 0);
    initiumSoftReset();
    CHECK_EQUAL(cuDevicePrimaryCtxRetain(&d.context, 0), CUDA_SUCCESS);
  }
  CHECK_EQUAL(initiumSoftLive("context"), 0);
}

TEST(peers_have_no_access) {
  Device d;
  int can = 1;
  CHECK_EQUAL(cuDeviceCanAccessPeer(&can, 0, 0), CUDA_SUCCESS);
  CHECK_EQUAL(can, 0);
  CHECK_EQUAL(cuCtxEnablePeerAccess(d.context, 0), CUDA_ERROR_PEER_ACCESS_UNSUPPORTED);
  CHECK_EQUAL(cuCtxDisablePeerAccess(d.context), CUDA_ERROR_PEER_ACCESS_NOT_ENABLED);
}

int main() {
  setenv("INITIUM_SOFT_DEVICES", "2", 1);
  return check::run();
}
