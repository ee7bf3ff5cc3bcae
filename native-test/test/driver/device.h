// SPDX-License-Identifier: Apache-2.0
// What the tests of the driver share: its interface as a program sees it, a context, a few kernels.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../../src/driver/abi.h"
#include "../check.h"

extern "C" {
CUresult cuInit(unsigned);
CUresult cuDriverGetVersion(int*);
CUresult cuDeviceGetCount(int*);
CUresult cuDeviceGet(CUdevice*, int);
CUresult cuDeviceGetName(char*, int, CUdevice);
CUresult cuDeviceGetUuid(CUuuid*, CUdevice);
CUresult cuDeviceGetAttribute(int*, int, CUdevice);
CUresult cuDeviceTotalMem_v2(std::size_t*, CUdevice);
CUresult cuDeviceCanAccessPeer(int*, CUdevice, CUdevice);
CUresult cuDevicePrimaryCtxRetain(CUcontext*, CUdevice);
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice);
CUresult cuDevicePrimaryCtxReset_v2(CUdevice);
CUresult cuDevicePrimaryCtxGetState(CUdevice, unsigned*, int*);
CUresult cuCtxSetCurrent(CUcontext);
CUresult cuCtxPushCurrent_v2(CUcontext);
CUresult cuCtxPopCurrent_v2(CUcontext*);
CUresult cuCtxGetCurrent(CUcontext*);
CUresult cuCtxGetDevice(CUdevice*);
CUresult cuCtxSynchronize();
CUresult cuCtxEnablePeerAccess(CUcontext, unsigned);
CUresult cuCtxDisablePeerAccess(CUcontext);
CUresult cuGetErrorName(int, const char**);
CUresult cuGetErrorString(int, const char**);
CUresult cuMemAlloc_v2(CUdeviceptr*, std::size_t);
CUresult cuMemFree_v2(CUdeviceptr);
CUresult cuMemAllocAsync(CUdeviceptr*, std::size_t, CUstream);
CUresult cuMemFreeAsync(CUdeviceptr, CUstream);
CUresult cuMemPoolCreate(CUmemoryPool*, const CUmemPoolProps*);
CUresult cuMemPoolDestroy(CUmemoryPool);
CUresult cuMemPoolSetAttribute(CUmemoryPool, int, void*);
CUresult cuMemPoolTrimTo(CUmemoryPool, std::size_t);
CUresult cuMemAllocFromPoolAsync(CUdeviceptr*, std::size_t, CUmemoryPool, CUstream);
CUresult cuMemGetInfo_v2(std::size_t*, std::size_t*);
CUresult cuMemHostAlloc(void**, std::size_t, unsigned);
CUresult cuMemAllocHost_v2(void**, std::size_t);
CUresult cuMemFreeHost(void*);
CUresult cuMemHostRegister_v2(void*, std::size_t, unsigned);
CUresult cuMemHostUnregister(void*);
CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr*, void*, unsigned);
CUresult cuPointerGetAttribute(void*, int, CUdeviceptr);
CUresult cuPointerGetAttributes(unsigned, int*, void**, CUdeviceptr);
CUresult cuMemcpyHtoD_v2(CUdeviceptr, const void*, std::size_t);
CUresult cuMemcpyDtoH_v2(void*, CUdeviceptr, std::size_t);
CUresult cuMemcpyDtoD_v2(CUdeviceptr, CUdeviceptr, std::size_t);
CUresult cuMemcpy(CUdeviceptr, CUdeviceptr, std::size_t);
CUresult cuMemcpyPeer(CUdeviceptr, CUcontext, CUdeviceptr, CUcontext, std::size_t);
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr, const void*, std::size_t, CUstream);
CUresult cuMemcpyDtoHAsync_v2(void*, CUdeviceptr, std::size_t, CUstream);
CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr, CUdeviceptr, std::size_t, CUstream);
CUresult cuMemcpyAsync(CUdeviceptr, CUdeviceptr, std::size_t, CUstream);
CUresult cuMemcpyPeerAsync(CUdeviceptr, CUcontext, CUdeviceptr, CUcontext, std::size_t, CUstream);
CUresult cuMemcpy2D_v2(const CUDA_MEMCPY2D*);
CUresult cuMemcpy2DUnaligned_v2(const CUDA_MEMCPY2D*);
CUresult cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D*, CUstream);
#define INITIUM_SETS(bits, T)                                                                                     \
  CUresult cuMemsetD##bits##_v2(CUdeviceptr, T, std::size_t);                                                     \
  CUresult cuMemsetD##bits##Async(CUdeviceptr, T, std::size_t, CUstream);                                         \
  CUresult cuMemsetD2D##bits##_v2(CUdeviceptr, std::size_t, T, std::size_t, std::size_t);                         \
  CUresult cuMemsetD2D##bits##Async(CUdeviceptr, std::size_t, T, std::size_t, std::size_t, CUstream);
INITIUM_SETS(8, unsigned char)
INITIUM_SETS(16, unsigned short)
INITIUM_SETS(32, unsigned)
CUresult cuStreamCreate(CUstream*, unsigned);
CUresult cuStreamDestroy_v2(CUstream);
CUresult cuStreamSynchronize(CUstream);
CUresult cuStreamQuery(CUstream);
CUresult cuStreamWaitEvent(CUstream, CUevent, unsigned);
CUresult cuEventCreate(CUevent*, unsigned);
CUresult cuEventDestroy_v2(CUevent);
CUresult cuEventRecord(CUevent, CUstream);
CUresult cuEventSynchronize(CUevent);
CUresult cuEventQuery(CUevent);
CUresult cuEventElapsedTime(float*, CUevent, CUevent);
CUresult cuStreamBeginCapture_v2(CUstream, unsigned);
CUresult cuStreamEndCapture(CUstream, CUgraph*);
CUresult cuStreamIsCapturing(CUstream, unsigned*);
CUresult cuThreadExchangeStreamCaptureMode(unsigned*);
CUresult cuGraphInstantiate_v2(CUgraphExec*, CUgraph, CUgraphNode*, char*, std::size_t);
CUresult cuGraphInstantiateWithFlags(CUgraphExec*, CUgraph, std::uint64_t);
CUresult cuGraphLaunch(CUgraphExec, CUstream);
CUresult cuGraphExecDestroy(CUgraphExec);
CUresult cuGraphDestroy(CUgraph);
CUresult cuModuleLoadData(CUmodule*, const void*);
CUresult cuModuleLoadDataEx(CUmodule*, const void*, unsigned, int*, void**);
CUresult cuModuleLoad(CUmodule*, const char*);
CUresult cuModuleUnload(CUmodule);
CUresult cuModuleGetFunction(CUfunction*, CUmodule, const char*);
CUresult cuModuleGetGlobal_v2(CUdeviceptr*, std::size_t*, CUmodule, const char*);
CUresult cuFuncGetAttribute(int*, int, CUfunction);
CUresult cuFuncSetAttribute(CUfunction, int, int);
CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int*, CUfunction, int, std::size_t);
CUresult cuOccupancyMaxPotentialBlockSize(int*, int*, CUfunction, CUoccupancyB2DSize, std::size_t, int);
CUresult cuLaunchKernel(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void**, void**);
CUresult cuLaunchCooperativeKernel(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void**);

long initiumSoftFindings();
long initiumSoftFinding(long, char*, long);
long initiumSoftSetFaults(const char*, char*, long);
long initiumSoftCalls(const char*);
long initiumSoftLive(const char*);
long initiumSoftPeakBytes(long);
long initiumSoftPending();
void initiumSoftSeed(unsigned long);
void initiumSoftReset();
}

// fill(p, v, n): p[i] = v for i < n. add(p, v, n): p[i] += v. nothing: no parameters.
inline std::string kernel(const std::string& name, const std::string& element) {
  return ".visible .entry " + name + "(.param .u64 p, .param .u32 v, .param .u32 n)" + R"(
{
  .reg .pred %q<2>;
  .reg .b32 %r<9>;
  .reg .b64 %d<5>;
  ld.param.u64 %d1, [p];
  ld.param.u32 %r1, [v];
  ld.param.u32 %r2, [n];
  mov.u32 %r3, %ctaid.x;
  mov.u32 %r4, %ntid.x;
  mov.u32 %r5, %tid.x;
  mad.lo.s32 %r6, %r3, %r4, %r5;
  setp.ge.u32 %q1, %r6, %r2;
  @%q1 bra END;
  cvta.to.global.u64 %d2, %d1;
  mul.wide.u32 %d3, %r6, 4;
  add.s64 %d4, %d2, %d3;
  )" + element + R"(
END:
  ret;
}
)";
}

inline const std::string moduleText = R"(
.version 6.3
.target sm_75
.address_size 64
.global .align 4 .u32 counter = 7;
.visible .entry nothing() { ret; }
)" + kernel("fill", "st.global.u32 [%d4], %r1;") +
    kernel("add", "ld.global.u32 %r7, [%d4]; add.u32 %r8, %r7, %r1; st.global.u32 [%d4], %r8;");
inline const char* const kernels = moduleText.c_str();

// The primary context of device 0, current, with the kernels loaded. Ends clean or the test fails.
struct Device {
  CUcontext context = nullptr;
  CUmodule module = nullptr;
  CUfunction fill = nullptr, add = nullptr, nothing = nullptr;
  CUstream a = nullptr, b = nullptr;  // non-blocking

  Device() {
    initiumSoftReset();
    initiumSoftSeed(0);
    CHECK_EQUAL(cuInit(0), CUDA_SUCCESS);
    CHECK_EQUAL(cuDevicePrimaryCtxRetain(&context, 0), CUDA_SUCCESS);
    CHECK_EQUAL(cuCtxSetCurrent(context), CUDA_SUCCESS);
    CHECK_EQUAL(cuModuleLoadData(&module, kernels), CUDA_SUCCESS);
    CHECK_EQUAL(cuModuleGetFunction(&fill, module, "fill"), CUDA_SUCCESS);
    CHECK_EQUAL(cuModuleGetFunction(&add, module, "add"), CUDA_SUCCESS);
    CHECK_EQUAL(cuModuleGetFunction(&nothing, module, "nothing"), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamCreate(&a, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamCreate(&b, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
  }
  ~Device() {
    cuStreamDestroy_v2(a);
    cuStreamDestroy_v2(b);
    cuModuleUnload(module);
    CHECK_EQUAL(initiumSoftLive("memory"), 0);
    CHECK_EQUAL(initiumSoftLive("host memory"), 0);
    CHECK_EQUAL(initiumSoftLive("stream"), 0);
    CHECK_EQUAL(initiumSoftLive("event"), 0);
    CHECK_EQUAL(initiumSoftLive("module"), 0);
    cuDevicePrimaryCtxReset_v2(0);
    cuCtxSetCurrent(nullptr);
    initiumSoftReset();
  }

  CUresult launch(CUfunction f, CUdeviceptr p, unsigned v, unsigned n, CUstream stream) const {
    void* parameters[] = {&p, &v, &n};
    return cuLaunchKernel(f, (n + 63) / 64, 1, 1, 64, 1, 1, 0, stream, parameters, nullptr);
  }
};

inline CUdeviceptr allocate(std::size_t bytes) {
  CUdeviceptr p = 0;
  CHECK_EQUAL(cuMemAlloc_v2(&p, bytes), CUDA_SUCCESS);
  return p;
}

inline std::vector<unsigned> download(CUdeviceptr p, std::size_t n) {
  std::vector<unsigned> out(n);
  CHECK_EQUAL(cuMemcpyDtoH_v2(out.data(), p, n * 4), CUDA_SUCCESS);
  return out;
}

inline unsigned word(CUdeviceptr p, std::size_t i) {
  unsigned out = 0;
  CHECK_EQUAL(cuMemcpyDtoH_v2(&out, p + 4 * i, 4), CUDA_SUCCESS);
  return out;
}

// The newest finding holds the text; then it is forgotten, and a lost context is usable again.
inline bool found(const char* text) {
  char buffer[2048] = "";
  long n = initiumSoftFindings();
  if (n > 0) initiumSoftFinding(n - 1, buffer, sizeof buffer);
  bool holds = std::strstr(buffer, text) != nullptr;
  if (!holds) std::printf("expected a finding with '%s', got %ld, the last is '%s'\n", text, n, buffer);
  initiumSoftReset();
  return holds;
}
