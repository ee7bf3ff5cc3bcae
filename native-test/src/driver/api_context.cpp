// Contexts: the primary one of each device, the program's own, and the stack of each thread.
#include <utility>

#include "entry.h"

using namespace initium::soft;

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
    return answer(handle, call.driver.contexts.handleOf(call.context.get()));
  });
}

INITIUM_API CUresult cuCtxGetDevice(CUdevice* device) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    return answer(device, call.context->device);
  });
}

INITIUM_API CUresult cuCtxGetFlags(unsigned* flags) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    return answer(flags, call.context->flags);
  });
}

INITIUM_API CUresult cuCtxGetApiVersion(CUcontext, unsigned* version) {
  return entry(__func__, Needs::Init, [&](Call&) {
    return answer(version, 3020);
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

INITIUM_API CUresult cuCtxEnablePeerAccess(CUcontext, unsigned) {
  return entry(__func__, Needs::Context, [](Call&) { return CUDA_ERROR_PEER_ACCESS_UNSUPPORTED; });
}

INITIUM_API CUresult cuCtxDisablePeerAccess(CUcontext) {
  return entry(__func__, Needs::Context, [](Call&) { return CUDA_ERROR_PEER_ACCESS_NOT_ENABLED; });
}
