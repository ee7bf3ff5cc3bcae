// SPDX-License-Identifier: Apache-2.0
// Device memory, at once and in stream order; pinned and registered host memory; what a pointer is.
#include <algorithm>
#include <cstring>

#include "entry.h"

using namespace initium::soft;

namespace {

uint64_t number(const void* address) { return reinterpret_cast<uint64_t>(address); }

CUdeviceptr allocate(Call& call, size_t bytes) {
  const auto attempt = [&] {
    return call.driver.memory.allocate(call.context->device, bytes, call.name);
  };
  CUdeviceptr address = attempt();
  if (address == 0 && call.driver.engine.pending() != 0) {
    // Memory that was freed on a stream counts until the stream gets there: it is worth waiting.
    call.driver.engine.finish(call.lock, *call.context);
    address = attempt();
  }
  require(address != 0, CUDA_ERROR_OUT_OF_MEMORY);
  return address;
}

// Memory that is free now: its pool keeps it.
void unpool(Driver& driver, CUdeviceptr address) {
  const auto at = driver.pooled.find(address);
  if (at == driver.pooled.end()) return;
  Pool& pool = *at->second;
  const size_t bytes = driver.memory.find(address)->size;
  pool.live -= bytes;
  if (!pool.destroyed) {
    pool.kept += bytes;
    driver.memory.reserve(pool.device, long(bytes));
  }
  driver.pooled.erase(at);
}

CUresult allocateHost(const char* name, void** host, size_t bytes) {
  return entry(name, Needs::Context, [&](Call& call) {
    require(host != nullptr && bytes != 0);
    call.unsafeForCapture();
    *host = reinterpret_cast<void*>(call.driver.memory.allocateHost(bytes, call.name));
    require(*host != nullptr, CUDA_ERROR_OUT_OF_MEMORY);
  });
}

// Before host memory goes: queued work must not run into what is no longer there.
void settle(Call& call, void* host, const char* misuse) {
  const Allocation* a = call.driver.memory.find(number(host));
  if (a == nullptr || !call.driver.engine.pendingTouches({a->base, a->size})) return;
  call.report(misuse + a->describe());
  call.driver.engine.finish(call.lock, *call.context);
}

// What cuPointerGetAttribute answers.
CUresult attribute(const Call& call, void* data, int which, CUdeviceptr address) {
  const Allocation* a = call.driver.memory.find(address);
  if (a != nullptr && a->state != State::Live) a = nullptr;
  const bool host = a != nullptr && a->onHost(), device = a != nullptr && !host;
  const auto put = [&](auto value, bool known) {
    std::memcpy(data, &value, sizeof value);
    return known ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  };
  const auto& primary = [&] { return call.driver.devices[size_t(a->device)].primary.get(); };
  switch (which) {
    case 1: return put(device ? call.driver.contexts.handleOf(primary()) : CUcontext{}, a);
    case 2: return put(host ? CU_MEMORYTYPE_HOST : device ? CU_MEMORYTYPE_DEVICE : 0u, a);
    case 3: return put(a ? address : 0, a);
    case 4: return put(host ? address : 0, host);
    case 6:
    case 8: return put(0u, a);  // synchronous, managed
    case 7: return put(a ? a->id : 0, a);
    case 9: return put(a ? std::max(a->device, 0) : -2, a);
    case 11: return put(a ? a->base : 0, a);
    case 12: return put(a ? a->size : 0, a);
    case 13: return put(unsigned(a != nullptr), a);  // mapped
    default: return CUDA_ERROR_NOT_SUPPORTED;
  }
}

}  // namespace

INITIUM_API CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    require(address != nullptr && bytes != 0);
    call.unsafeForCapture();
    *address = allocate(call, bytes);
  });
}
// A GPU's driver may wait for queued work here, and promises nothing: work that is still queued and
// uses the memory is a defect of the program, and is found when it runs.
INITIUM_API CUresult cuMemFree_v2(CUdeviceptr address) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    if (address == 0) return;
    call.unsafeForCapture();
    call.free(address);
  });
}

INITIUM_API CUresult cuMemAllocAsync(CUdeviceptr* address, size_t bytes, CUstream stream) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    require(address != nullptr && bytes != 0);
    // memory nodes of graphs are not supported
    require(call.ownStream(stream)->capture == nullptr, CUDA_ERROR_NOT_SUPPORTED);
    *address = allocate(call, bytes);
  });
}
INITIUM_API CUresult cuMemFreeAsync(CUdeviceptr address, CUstream stream) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    if (address == 0) return;
    const StreamPtr on = call.ownStream(stream);
    require(on->capture == nullptr, CUDA_ERROR_NOT_SUPPORTED);
    call.free(address, State::FreePending);
    if (call.context->sticky != CUDA_SUCCESS) {  // nothing runs any more
      call.free(address);
      return unpool(call.driver, address);
    }
    const auto body = [&driver = call.driver, address]() -> std::optional<Finding> {
      driver.memory.free(address);
      Lock lock(driver.mutex);
      unpool(driver, address);
      return {};
    };
    call.submit(on, {call.name, body, {}});
  });
}

INITIUM_API CUresult cuMemPoolCreate(CUmemoryPool* pool, const CUmemPoolProps* properties) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    require(pool != nullptr && properties != nullptr);
    require(properties->allocType == CU_MEM_ALLOCATION_TYPE_PINNED);
    require(properties->location.type == CU_MEM_LOCATION_TYPE_DEVICE);
    require(properties->handleTypes == 0, CUDA_ERROR_NOT_SUPPORTED);  // for other processes
    call.device(properties->location.id);
    auto made = std::make_shared<Pool>();
    made->device = properties->location.id;
    *pool = call.driver.pools.add(made);
  });
}
INITIUM_API CUresult cuMemPoolDestroy(CUmemoryPool handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    const auto pool = call.find(call.driver.pools, handle);
    call.driver.trim(*pool, 0);
    pool->destroyed = true;  // what is live in it may still be used and freed
    call.driver.pools.remove(handle);
  });
}
INITIUM_API CUresult cuMemPoolSetAttribute(CUmemoryPool handle, int attribute, void* value) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    const auto pool = call.find(call.driver.pools, handle);
    require(value != nullptr && attribute >= 1 && attribute <= 4);
    // The others say how memory may be reused; here it never is.
    if (attribute == CU_MEMPOOL_ATTR_RELEASE_THRESHOLD)
      pool->threshold = *static_cast<uint64_t*>(value);
  });
}
INITIUM_API CUresult cuMemPoolTrimTo(CUmemoryPool handle, size_t keep) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.driver.trim(*call.find(call.driver.pools, handle), keep);
  });
}
// What is kept makes room for any size: the driver maps its pages anew.
INITIUM_API CUresult cuMemAllocFromPoolAsync(CUdeviceptr* address, size_t bytes,
                                             CUmemoryPool handle, CUstream stream) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto pool = call.find(call.driver.pools, handle);
    require(address != nullptr && bytes != 0 && pool->device == call.context->device);
    require(call.ownStream(stream)->capture == nullptr, CUDA_ERROR_NOT_SUPPORTED);
    const size_t taken = std::min(pool->kept, bytes);
    call.driver.memory.reserve(pool->device, -long(taken));
    *address = call.driver.memory.allocate(pool->device, bytes, call.name);
    if (*address == 0) {
      call.driver.memory.reserve(pool->device, long(taken));
      throw CUDA_ERROR_OUT_OF_MEMORY;
    }
    pool->kept -= taken;
    pool->live += bytes;
    call.driver.pooled[*address] = pool;
  });
}

INITIUM_API CUresult cuMemHostAlloc(void** host, size_t bytes, unsigned) {
  return allocateHost(__func__, host, bytes);
}
INITIUM_API CUresult cuMemAllocHost_v2(void** host, size_t bytes) {
  return allocateHost(__func__, host, bytes);
}
INITIUM_API CUresult cuMemFreeHost(void* host) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    call.unsafeForCapture();
    settle(call, host, "freed while queued work uses it: ");
    call.free(number(host));
  });
}
INITIUM_API CUresult cuMemHostRegister_v2(void* host, size_t bytes, unsigned) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    require(host != nullptr && bytes != 0);
    call.unsafeForCapture();
    const bool fresh = call.driver.memory.registerHost(host, bytes, call.name);
    require(fresh, CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
  });
}
INITIUM_API CUresult cuMemHostUnregister(void* host) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    settle(call, host, "queued work still uses it: ");
    const bool known = call.driver.memory.unregisterHost(host) == FreeResult::Ok;
    require(known, CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  });
}
INITIUM_API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr* address, void* host,
                                                  unsigned flags) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const Allocation* a = call.driver.memory.find(number(host));
    require(flags == 0 && a != nullptr && a->onHost() && a->state == State::Live);
    out(address) = number(host);
  });
}

INITIUM_API CUresult cuMemGetInfo_v2(size_t* unused, size_t* total) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    out(total) = call.driver.memory.budget();
    out(unused) = *total - call.driver.memory.used(call.context->device);
  });
}
INITIUM_API CUresult cuPointerGetAttribute(void* data, int which, CUdeviceptr address) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    require(data != nullptr);
    const CUresult r = attribute(call, data, which, address);
    require(r == CUDA_SUCCESS, r);
  });
}
// As documented: an unknown pointer gives zeros, not an error.
INITIUM_API CUresult cuPointerGetAttributes(unsigned count, int* which, void** data,
                                            CUdeviceptr address) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    require(count != 0 && which != nullptr && data != nullptr);
    for (unsigned i = 0; i < count; i++) {
      const CUresult r = attribute(call, data[i], which[i], address);
      require(r != CUDA_ERROR_NOT_SUPPORTED, r);
    }
  });
}
