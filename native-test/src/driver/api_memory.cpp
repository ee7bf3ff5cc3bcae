// Allocation of device memory, at once and in stream order; what a pointer is.
#include <algorithm>
#include <cstring>

#include "entry.h"

using namespace initium::soft;

namespace {

// The default pool of a device, as a handle; the only pool there is.
CUmemoryPool poolOf(int device) {
  return reinterpret_cast<CUmemoryPool>(0x7e0900000000 + 16 * (static_cast<std::uintptr_t>(device) + 1));
}

Device* deviceOf(Call& call, CUmemoryPool pool) {
  for (int d = 0; d < call.driver.environment.devices; ++d) {
    if (poolOf(d) == pool) return &call.driver.devices[static_cast<std::size_t>(d)];
  }
  return nullptr;
}

// Memory that was freed on a stream counts until the stream gets there: then it is worth waiting.
CUdeviceptr allocate(Call& call, std::size_t bytes) {
  Memory& memory = call.driver.memory;
  CUdeviceptr address = memory.allocate(call.context->device, bytes, call.name);
  if (address == 0 && call.driver.engine.pending() != 0) {
    call.driver.engine.finish(call.lock, *call.context);
    address = memory.allocate(call.context->device, bytes, call.name);
  }
  return address;
}

// What cuPointerGetAttribute answers; nothing for an attribute that it does not know.
CUresult pointerAttribute(Call& call, void* data, int attribute, CUdeviceptr address) {
  const Allocation* a = call.driver.memory.find(address);
  if (a != nullptr && a->state != State::Live) a = nullptr;
  bool host = a != nullptr && a->space == Space::Host;
  auto put = [&](auto value) {
    std::memcpy(data, &value, sizeof value);
    return a == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
  };
  switch (attribute) {
    case 1: {  // context
      const Context* context = nullptr;
      if (a != nullptr && !host) context = call.driver.devices[static_cast<std::size_t>(a->device)].primary.get();
      return put(context == nullptr ? CUcontext{} : call.driver.contexts.handleOf(context));
    }
    case 2: return put(a == nullptr ? 0u : host ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE);
    case 3: return put(a == nullptr ? CUdeviceptr{0} : address);
    case 4: return put(host ? address : CUdeviceptr{0}), host ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
    case 6: return put(0u);                                             // sync memops
    case 7: return put(a == nullptr ? 0ull : 1ull * a->id);             // buffer id
    case 8: return put(0u);                                             // managed
    case 9: return put(a == nullptr ? -2 : std::max(a->device, 0));     // device ordinal
    case 11: return put(a == nullptr ? CUdeviceptr{0} : a->base);
    case 12: return put(a == nullptr ? std::size_t{0} : a->size);
    case 13: return put(a == nullptr ? 0u : 1u);                        // mapped
    default: return CUDA_ERROR_NOT_SUPPORTED;
  }
}

}  // namespace

INITIUM_API CUresult cuMemAlloc_v2(CUdeviceptr* address, std::size_t bytes) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    if (address == nullptr || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
    *address = allocate(call, bytes);
    return *address == 0 ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuMemAllocPitch_v2(CUdeviceptr* address, std::size_t* pitch, std::size_t width,
                                        std::size_t height, unsigned element) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    bool sound = element == 4 || element == 8 || element == 16;
    if (address == nullptr || pitch == nullptr || width == 0 || height == 0 || !sound) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
    *pitch = (width + 511) / 512 * 512;
    *address = allocate(call, *pitch * height);
    return *address == 0 ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
  });
}

// A GPU's driver may wait for queued work here, and promises nothing: work that is still queued and
// uses the memory is a defect of the program, and is found when it runs.
INITIUM_API CUresult cuMemFree_v2(CUdeviceptr address) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    if (address == 0) return CUDA_SUCCESS;
    if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
    return call.freed(address, call.driver.memory.free(address));
  });
}

INITIUM_API CUresult cuMemAllocAsync(CUdeviceptr* address, std::size_t bytes, CUstream stream) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    if (address == nullptr || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    std::shared_ptr<Stream> on = call.ownStream(stream);
    if (on == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (on->capture != nullptr) return CUDA_ERROR_NOT_SUPPORTED;  // memory nodes of graphs
    *address = allocate(call, bytes);
    return *address == 0 ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuMemAllocFromPoolAsync(CUdeviceptr* address, std::size_t bytes,
                                             CUmemoryPool pool, CUstream stream) {
  if (pool != nullptr && reinterpret_cast<std::uintptr_t>(pool) >> 32 != 0x7e09) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  return cuMemAllocAsync(address, bytes, stream);
}

INITIUM_API CUresult cuMemFreeAsync(CUdeviceptr address, CUstream stream) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    if (address == 0) return CUDA_SUCCESS;
    std::shared_ptr<Stream> on = call.ownStream(stream);
    if (on == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (on->capture != nullptr) return CUDA_ERROR_NOT_SUPPORTED;
    CUresult r = call.freed(address, call.driver.memory.freePending(address));
    if (r != CUDA_SUCCESS) return r;
    Memory& memory = call.driver.memory;
    if (call.context->sticky != CUDA_SUCCESS) {  // nothing runs any more
      memory.free(address);
      return CUDA_SUCCESS;
    }
    return call.submit(on, {call.name, [&memory, address] { memory.free(address); return std::nullopt; }, {}});
  });
}

INITIUM_API CUresult cuDeviceGetDefaultMemPool(CUmemoryPool* pool, CUdevice device) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (device < 0 || device >= call.driver.environment.devices) return CUDA_ERROR_INVALID_DEVICE;
    return answer(pool, poolOf(device));
  });
}
INITIUM_API CUresult cuDeviceGetMemPool(CUmemoryPool* pool, CUdevice device) {
  return cuDeviceGetDefaultMemPool(pool, device);
}

INITIUM_API CUresult cuMemPoolSetAttribute(CUmemoryPool pool, int attribute, void* value) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    Device* device = deviceOf(call, pool);
    if (device == nullptr || value == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (attribute == 4) std::memcpy(&device->poolThreshold, value, sizeof device->poolThreshold);
    return attribute >= 1 && attribute <= 8 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  });
}

INITIUM_API CUresult cuMemPoolGetAttribute(CUmemoryPool pool, int attribute, void* value) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    Device* device = deviceOf(call, pool);
    if (device == nullptr || value == nullptr) return CUDA_ERROR_INVALID_VALUE;
    std::uint64_t used = call.driver.memory.used(static_cast<int>(device - call.driver.devices.data()));
    if (attribute >= 1 && attribute <= 3) {  // three ways of reuse: allowed
      std::memset(value, 0, 4);
      *static_cast<int*>(value) = 1;
    } else if (attribute >= 4 && attribute <= 8) {  // threshold; reserved and used, now and at most
      std::memcpy(value, attribute == 4 ? &device->poolThreshold : &used, sizeof used);
    } else {
      return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuMemPoolTrimTo(CUmemoryPool pool, std::size_t) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    return deviceOf(call, pool) == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuMemGetInfo_v2(std::size_t* unused, std::size_t* total) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    if (unused == nullptr || total == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *total = call.driver.memory.budget();
    *unused = *total - call.driver.memory.used(call.context->device);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuMemGetAddressRange_v2(CUdeviceptr* base, std::size_t* size, CUdeviceptr address) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const Allocation* a = call.driver.memory.find(address);
    if (a == nullptr || a->state != State::Live) return CUDA_ERROR_NOT_FOUND;
    if (base != nullptr) *base = a->base;
    if (size != nullptr) *size = a->size;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuPointerGetAttribute(void* data, int attribute, CUdeviceptr address) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    return data == nullptr ? CUDA_ERROR_INVALID_VALUE : pointerAttribute(call, data, attribute, address);
  });
}

INITIUM_API CUresult cuPointerGetAttributes(unsigned count, int* attributes, void** data, CUdeviceptr address) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (count == 0 || attributes == nullptr || data == nullptr) return CUDA_ERROR_INVALID_VALUE;
    for (unsigned i = 0; i < count; ++i) {  // as documented: an unknown pointer gives zeros, not an error
      if (pointerAttribute(call, data[i], attributes[i], address) == CUDA_ERROR_NOT_SUPPORTED) {
        return CUDA_ERROR_NOT_SUPPORTED;
      }
    }
    return CUDA_SUCCESS;
  });
}
