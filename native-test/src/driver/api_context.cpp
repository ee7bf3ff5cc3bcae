// Initialisation, devices, contexts.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <utility>

#include "entry.h"

using namespace initium::soft;

namespace {

// Attributes in the numbering of CUdevice_attribute. One that is not listed is 0: not supported.
int attribute(const Driver& driver, int attribute, int device) {
  const Limits& l = driver.limits;
  const std::pair<int, int> table[] = {
      {1, Limits::threadsPerBlock}, {2, 1024}, {3, 1024}, {4, 64},   // block
      {5, 2147483647}, {6, 65535}, {7, 65535},                       // grid
      {8, static_cast<int>(Limits::sharedPerBlock)},
      {9, 65536},                    // constant memory
      {10, 32},                      // warp
      {11, 2147483647},              // pitch
      {12, Limits::registers},
      {13, 1000000}, {36, 1000000},  // clocks in kHz
      {14, 512}, {51, 32}, {30, 512},
      {15, 1}, {40, 2}, {31, 1},     // copies and kernels overlap
      {16, Limits::multiprocessors},
      {19, 1}, {41, 1}, {99, 1},     // mapped host memory, one address space
      {33, device + 1},              // PCI bus
      {37, 256}, {38, 4 << 20},      // bus width, L2
      {39, l.threadsPerMultiprocessor},
      {75, driver.environment.major}, {76, driver.environment.minor},
      {78, 1},                       // stream priorities
      {79, 1}, {80, 1},
      {81, static_cast<int>(l.sharedPerMultiprocessor)},
      {82, Limits::registers},
      {85, device},
      {87, 32}, {90, 1}, {91, 1},
      {95, 1},                       // cooperative launch
      {97, static_cast<int>(l.sharedPerBlockOptin)},
      {106, l.blocksPerMultiprocessor},
      {111, static_cast<int>(l.sharedReserved)},
      {115, 1},                      // memory pools
  };
  for (auto [key, value] : table) {
    if (key == attribute) return value;
  }
  return 0;
}

bool exists(const Call& call, CUdevice device) {
  return device >= 0 && device < call.driver.environment.devices;
}

template <typename F>
CUresult onDevice(const char* name, CUdevice device, F&& body) {
  return entry(name, Needs::Init, [&](Call& call) {
    return exists(call, device) ? body(call) : CUDA_ERROR_INVALID_DEVICE;
  });
}

}  // namespace

INITIUM_API CUresult cuInit(unsigned flags) {
  return entry(__func__, Needs::Nothing, [&](Call& call) {
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    if (call.driver.environment.devices == 0) return CUDA_ERROR_NO_DEVICE;
    call.driver.initialised = true;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDriverGetVersion(int* version) {
  return entry(__func__, Needs::Nothing, [&](Call&) {
    if (version == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *version = 12060;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceGetCount(int* count) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (count == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *count = call.driver.environment.devices;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return onDevice(__func__, ordinal, [&](Call&) {
    if (device == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *device = ordinal;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  return onDevice(__func__, device, [&](Call&) {
    if (name == nullptr || length < 1) return CUDA_ERROR_INVALID_VALUE;
    std::snprintf(name, static_cast<std::size_t>(length), "Initium software CUDA device");
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
  return onDevice(__func__, device, [&](Call&) {
    if (uuid == nullptr) return CUDA_ERROR_INVALID_VALUE;
    std::memcpy(uuid->bytes, "initium-soft-gpu", 16);
    uuid->bytes[15] = static_cast<unsigned char>(device);
    return CUDA_SUCCESS;
  });
}
INITIUM_API CUresult cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice device) {
  return cuDeviceGetUuid(uuid, device);
}

INITIUM_API CUresult cuDeviceTotalMem_v2(std::size_t* bytes, CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    if (bytes == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *bytes = call.driver.memory.budget();
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceGetAttribute(int* value, int which, CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    if (value == nullptr || which < 1 || which > 147) return CUDA_ERROR_INVALID_VALUE;
    *value = attribute(call.driver, which, device);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceComputeCapability(int* major, int* minor, CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    if (major == nullptr || minor == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *major = call.driver.environment.major;
    *minor = call.driver.environment.minor;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceGetPCIBusId(char* text, int length, CUdevice device) {
  return onDevice(__func__, device, [&](Call&) {
    if (text == nullptr || length < 13) return CUDA_ERROR_INVALID_VALUE;
    std::snprintf(text, static_cast<std::size_t>(length), "0000:%02x:00.0", device + 1);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceCanAccessPeer(int* can, CUdevice device, CUdevice peer) {
  return onDevice(__func__, device, [&](Call& call) {
    if (!exists(call, peer)) return CUDA_ERROR_INVALID_DEVICE;
    if (can == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *can = 0;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxEnablePeerAccess(CUcontext, unsigned) {
  return entry(__func__, Needs::Context, [](Call&) { return CUDA_ERROR_PEER_ACCESS_UNSUPPORTED; });
}

INITIUM_API CUresult cuCtxDisablePeerAccess(CUcontext) {
  return entry(__func__, Needs::Context, [](Call&) { return CUDA_ERROR_PEER_ACCESS_NOT_ENABLED; });
}

// Primary contexts.

INITIUM_API CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    if (context == nullptr) return CUDA_ERROR_INVALID_VALUE;
    Device& d = call.driver.devices[static_cast<std::size_t>(device)];
    if (d.primary == nullptr) d.primary = call.driver.makeContext(device, true, d.flags);
    ++d.retains;
    *context = call.driver.contexts.handleOf(d.primary.get());
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    Device& d = call.driver.devices[static_cast<std::size_t>(device)];
    if (d.retains == 0) {
      Findings::get().add("cuDevicePrimaryCtxRelease: released more often than retained");
      return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (--d.retains == 0) call.driver.end(std::exchange(d.primary, nullptr));
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDevicePrimaryCtxReset_v2(CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    Device& d = call.driver.devices[static_cast<std::size_t>(device)];
    if (d.primary != nullptr) call.driver.end(std::exchange(d.primary, nullptr));
    d.retains = 0;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
  return onDevice(__func__, device, [&](Call& call) {
    const Device& d = call.driver.devices[static_cast<std::size_t>(device)];
    if (flags == nullptr || active == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *flags = d.flags;
    *active = d.primary != nullptr;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice device, unsigned flags) {
  return onDevice(__func__, device, [&](Call& call) {
    call.driver.devices[static_cast<std::size_t>(device)].flags = flags;
    return CUDA_SUCCESS;
  });
}

// Contexts of the program's own, and the stack of each thread.

INITIUM_API CUresult cuCtxCreate_v2(CUcontext* context, unsigned flags, CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    if (context == nullptr) return CUDA_ERROR_INVALID_VALUE;
    call.thread.contexts.push_back(call.driver.makeContext(device, false, flags));
    *context = call.driver.contexts.handleOf(call.thread.contexts.back().get());
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxDestroy_v2(CUcontext handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    std::shared_ptr<Context> context = call.find(call.driver.contexts, handle);
    if (context == nullptr || context->primary) return CUDA_ERROR_INVALID_CONTEXT;
    if (call.context == context) call.thread.contexts.pop_back();
    call.driver.end(context);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxSetCurrent(CUcontext handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    std::vector<std::shared_ptr<Context>>& stack = call.thread.contexts;
    std::shared_ptr<Context> context;
    if (handle != nullptr) {
      context = call.find(call.driver.contexts, handle);
      if (context == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (!stack.empty()) stack.pop_back();
    if (context != nullptr) stack.push_back(context);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxPushCurrent_v2(CUcontext handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    std::shared_ptr<Context> context = call.find(call.driver.contexts, handle);
    if (context == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    call.thread.contexts.push_back(context);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxPopCurrent_v2(CUcontext* handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (call.context == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    if (handle != nullptr) *handle = call.driver.contexts.handleOf(call.context.get());
    call.thread.contexts.pop_back();
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxGetCurrent(CUcontext* handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (handle == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *handle = call.driver.contexts.handleOf(call.context.get());
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxGetDevice(CUdevice* device) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    if (device == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *device = call.context->device;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxGetFlags(unsigned* flags) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    if (flags == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *flags = call.context->flags;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxGetApiVersion(CUcontext, unsigned* version) {
  return entry(__func__, Needs::Init, [&](Call&) {
    if (version == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *version = 3020;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxSynchronize() {
  return entry(__func__, Needs::Context, [](Call& call) {
    if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
    call.driver.engine.finish(call.lock, *call.context);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxGetStreamPriorityRange(int* least, int* greatest) {
  return entry(__func__, Needs::Context, [&](Call&) {
    if (least != nullptr) *least = 0;
    if (greatest != nullptr) *greatest = -5;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuCtxSetCacheConfig(int) {
  return entry(__func__, Needs::Context, [](Call&) { return CUDA_SUCCESS; });
}

INITIUM_API CUresult cuCtxGetLimit(std::size_t* value, int limit) {
  return entry(__func__, Needs::Context, [&](Call&) {
    if (value == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (limit < 0 || limit > 2) return CUDA_ERROR_UNSUPPORTED_LIMIT;
    constexpr std::size_t limits[] = {1024, 1 << 20, 8 << 20};  // stack, printf buffer, heap
    *value = limits[limit];
    return CUDA_SUCCESS;
  });
}
