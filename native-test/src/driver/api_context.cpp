// SPDX-License-Identifier: Apache-2.0
// Contexts: the primary one of each device, and the stack of each thread.
#include <utility>

#include "entry.h"

using namespace initium::soft;

namespace {

ContextPtr find(const Call& call, CUcontext handle) {
  return call.find(call.driver.contexts, handle, CUDA_ERROR_INVALID_CONTEXT);
}
void pop(Call& call) {
  if (!call.thread.contexts.empty()) call.thread.contexts.pop_back();
}

}  // namespace

INITIUM_API CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    Device& d = call.device(device);
    require(context != nullptr);
    if (d.primary == nullptr) d.primary = call.driver.makeContext(device);
    ++d.retains;
    *context = call.driver.contexts.handleOf(d.primary.get());
  });
}
INITIUM_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    Device& d = call.device(device);
    if (d.retains == 0)
      call.refuse("released more often than retained", CUDA_ERROR_INVALID_CONTEXT);
    if (--d.retains == 0) call.driver.end(std::exchange(d.primary, nullptr));
  });
}
INITIUM_API CUresult cuDevicePrimaryCtxReset_v2(CUdevice device) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    Device& d = call.device(device);
    d.retains = 0;
    if (d.primary != nullptr) call.driver.end(std::exchange(d.primary, nullptr));
  });
}
INITIUM_API CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    out(active) = call.device(device).primary != nullptr;
    out(flags) = 0;
  });
}

INITIUM_API CUresult cuCtxSetCurrent(CUcontext handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    const ContextPtr context = handle == nullptr ? nullptr : find(call, handle);
    pop(call);
    if (context != nullptr) call.thread.contexts.push_back(context);
  });
}
INITIUM_API CUresult cuCtxPushCurrent_v2(CUcontext handle) {
  return entry(__func__, Needs::Init,
               [&](Call& call) { call.thread.contexts.push_back(find(call, handle)); });
}
INITIUM_API CUresult cuCtxPopCurrent_v2(CUcontext* handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    require(call.context != nullptr, CUDA_ERROR_INVALID_CONTEXT);
    if (handle != nullptr) *handle = call.driver.contexts.handleOf(call.context.get());
    pop(call);
  });
}
INITIUM_API CUresult cuCtxGetCurrent(CUcontext* handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    out(handle) = call.driver.contexts.handleOf(call.context.get());
  });
}
INITIUM_API CUresult cuCtxGetDevice(CUdevice* device) {
  return entry(__func__, Needs::Context, [&](Call& call) { out(device) = call.context->device; });
}
INITIUM_API CUresult cuCtxSynchronize() {
  return entry(__func__, Needs::Context, [](Call& call) {
    call.driver.engine.uncaptured(*call.context);
    call.driver.engine.finish(call.lock, *call.context);
    call.driver.releasePools(call.context->device);
  });
}

INITIUM_API CUresult cuCtxEnablePeerAccess(CUcontext, unsigned) {
  return entry(__func__, Needs::Context, [](Call&) { throw CUDA_ERROR_PEER_ACCESS_UNSUPPORTED; });
}
INITIUM_API CUresult cuCtxDisablePeerAccess(CUcontext) {
  return entry(__func__, Needs::Context, [](Call&) { throw CUDA_ERROR_PEER_ACCESS_NOT_ENABLED; });
}
