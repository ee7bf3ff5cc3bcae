// Pinned and registered host memory.
#include "entry.h"

using namespace initium::soft;

namespace {

CUresult hostAllocate(Call& call, void** host, std::size_t bytes) {
  if (host == nullptr || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
  *host = reinterpret_cast<void*>(call.driver.memory.allocateHost(bytes, call.name));
  return *host == nullptr ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
}

}  // namespace

INITIUM_API CUresult cuMemHostAlloc(void** host, std::size_t bytes, unsigned flags) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    return flags > 7 ? CUDA_ERROR_INVALID_VALUE : hostAllocate(call, host, bytes);
  });
}

INITIUM_API CUresult cuMemAllocHost_v2(void** host, std::size_t bytes) {
  return entry(__func__, Needs::Context, [&](Call& call) { return hostAllocate(call, host, bytes); });
}

INITIUM_API CUresult cuMemFreeHost(void* host) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
    auto address = reinterpret_cast<std::uintptr_t>(host);
    const Allocation* a = call.driver.memory.find(address);
    if (a != nullptr && call.driver.engine.pendingTouches({a->base, a->size})) {
      Findings::get().add("cuMemFreeHost: freed while queued work uses it: " + a->describe());
      call.driver.engine.finish(call.lock, *call.context);  // the pages go: it must not run later
    }
    return call.freed(address, call.driver.memory.free(address));
  });
}

INITIUM_API CUresult cuMemHostRegister_v2(void* host, std::size_t bytes, unsigned) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    if (host == nullptr || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
    bool fresh = call.driver.memory.registerHost(host, bytes, call.name);
    return fresh ? CUDA_SUCCESS : CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
  });
}

INITIUM_API CUresult cuMemHostUnregister(void* host) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    const Allocation* a = call.driver.memory.find(reinterpret_cast<std::uintptr_t>(host));
    if (a != nullptr && call.driver.engine.pendingTouches({a->base, a->size})) {
      Findings::get().add("cuMemHostUnregister: queued work still uses it: " + a->describe());
      call.driver.engine.finish(call.lock, *call.context);
    }
    bool known = call.driver.memory.unregisterHost(host) == FreeResult::Ok;
    return known ? CUDA_SUCCESS : CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
  });
}

INITIUM_API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr* address, void* host, unsigned flags) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    auto at = reinterpret_cast<std::uintptr_t>(host);
    const Allocation* a = call.driver.memory.find(at);
    bool pinned = a != nullptr && a->space == Space::Host && a->state == State::Live;
    if (address == nullptr || flags != 0 || !pinned) return CUDA_ERROR_INVALID_VALUE;
    *address = at;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuMemHostGetFlags(unsigned* flags, void* host) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const Allocation* a = call.driver.memory.find(reinterpret_cast<std::uintptr_t>(host));
    if (flags == nullptr || a == nullptr || a->space != Space::Host) return CUDA_ERROR_INVALID_VALUE;
    *flags = 2;  // mapped, as all pinned memory is where addresses are unified
    return CUDA_SUCCESS;
  });
}
