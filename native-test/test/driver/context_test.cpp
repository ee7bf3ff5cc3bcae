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
  CHECK(found("belongs to a context that is not current"));
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

TEST(peers_have_no_access) {
  Device d;
  int can = 1;
  CHECK_EQUAL(cuDeviceCanAccessPeer(&can, 0, 0), CUDA_SUCCESS);
  CHECK_EQUAL(can, 0);
  CHECK_EQUAL(cuCtxEnablePeerAccess(d.context, 0), CUDA_ERROR_PEER_ACCESS_UNSUPPORTED);
}

int main() {
  setenv("INITIUM_SOFT_DEVICES", "2", 1);
  return check::run();
}
