// SPDX-License-Identifier: Apache-2.0
// Copies and sets. One body moves rows between any two places; the entry points differ in what the
// caller may rely on when they return.
#include <cstring>

#include "entry.h"

using namespace initium::soft;

namespace {

// A piece of memory with rows: pageable host memory, or what Memory knows (device, pinned).
struct Place {
  uint64_t address = 0;
  size_t pitch = 0;
  bool mustBeDevice = false;
  bool device = false, pinned = false;  // found out at the call

  uint64_t row(size_t r) const { return address + r * pitch; }
};

struct Extent {
  size_t width = 0, rows = 1;
};
size_t span(const Place& place, Extent e) { return (e.rows - 1) * place.pitch + e.width; }

enum class Host { Waits, Runs };  // whether the call returns when the copy is done, or at once

// Finds out what an address is, and that all of it is alive.
void classify(const Call& call, const std::string& side, Place& place, Extent e) {
  const Allocation* a = call.driver.memory.find(place.address);
  place.device = a != nullptr && !a->onHost();
  place.pinned = a != nullptr && a->onHost() && a->state == State::Live;
  if (place.mustBeDevice && a == nullptr) {
    const Allocation* below = call.driver.memory.below(place.address);
    const std::string nearest = below == nullptr ? "" : "; the nearest is " + below->describe();
    call.refuse(side + "the address is in no allocation" + nearest);
  }
  const size_t n = span(place, e);
  if (place.device && (a->state != State::Live || !a->contains(place.address, n)))
    call.refuse(side + std::to_string(n) + " bytes at offset " +
                std::to_string(place.address - a->base) + " of " + a->describe());
  if (place.address == 0) call.refuse(side + "the host pointer is null");
}

void copy(Call& call, CUstream handle, Place to, Place from, Extent e, Host host) {
  const StreamPtr stream = call.stream(handle);
  if (e.width == 0 || e.rows == 0) return;
  classify(call, "destination: ", to, e);
  classify(call, "source: ", from, e);
  std::vector<HostRange> touched;
  if (to.pinned) touched.push_back({to.address, span(to, e)});
  if (from.pinned) touched.push_back({from.address, span(from, e)});
  const bool captured = stream->capture != nullptr, late = host == Host::Runs && !captured;
  const bool pageableFrom = !from.device && !from.pinned, pageableTo = !to.device && !to.pinned;
  std::vector<std::byte> staged;
  if (late && pageableFrom && to.device) {
    // Pageable memory is staged before the call returns: the caller may write to it again.
    const auto* bytes = reinterpret_cast<const std::byte*>(from.address);
    staged.assign(bytes, bytes + span(from, e));
  }
  // Copies to pageable memory, and from host to host, return when they are done; also "async".
  if (pageableTo || (!to.device && !from.device)) host = Host::Waits;
  if (host == Host::Waits && (pageableTo || handle == nullptr))
    notCaptured(stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  if (late && host == Host::Runs && to.pinned && !call.driver.engine.pendingTouches(touched[0])) {
    // Nobody may read the destination before the copy is done. Who does must not get away with it.
    for (size_t r = 0; r < e.rows; r++)
      std::memset(reinterpret_cast<void*>(to.row(r)), 0xA5, e.width);
  }
  const auto body = [&memory = call.driver.memory, to, from, e, staged = std::move(staged)] {
    Place source = from;
    if (!staged.empty()) source.address = reinterpret_cast<uint64_t>(staged.data());
    std::optional<Finding> finding;
    for (size_t r = 0; r < e.rows && !finding; r++)
      finding = memory.copy(to.row(r), source.row(r), e.width);
    return finding;
  };
  call.submit(stream, {call.name, body, std::move(touched)}, host == Host::Waits);
}

Place device(CUdeviceptr address) { return {address, 0, true}; }
Place any(CUdeviceptr address) { return {address, 0, false}; }
Place any(const void* address) { return any(reinterpret_cast<uint64_t>(address)); }

CUresult copy1D(const char* name, Place to, Place from, size_t n, CUstream stream, Host host) {
  return entry(name, Needs::Context,
               [&](Call& call) { copy(call, stream, to, from, {n, 1}, host); });
}

CUresult copy2D(const char* name, const CUDA_MEMCPY2D* c, CUstream stream, Host host) {
  return entry(name, Needs::Context, [&](Call& call) {
    require(c != nullptr);
    for (const unsigned type : {c->srcMemoryType, c->dstMemoryType})
      require(type != CU_MEMORYTYPE_ARRAY, CUDA_ERROR_NOT_SUPPORTED);
    const auto place = [&](unsigned type, const void* host, CUdeviceptr at, size_t pitch, size_t x,
                           size_t y) {
      Place p = type == CU_MEMORYTYPE_HOST ? any(host) : any(at);
      p.mustBeDevice = type == CU_MEMORYTYPE_DEVICE;
      p.pitch = pitch == 0 ? c->WidthInBytes : pitch;
      if (c->Height > 1 && p.pitch < c->WidthInBytes + x)
        call.refuse("a pitch is less than the width of a row");
      p.address += y * p.pitch + x;
      return p;
    };
    const Place from =
        place(c->srcMemoryType, c->srcHost, c->srcDevice, c->srcPitch, c->srcXInBytes, c->srcY);
    const Place to =
        place(c->dstMemoryType, c->dstHost, c->dstDevice, c->dstPitch, c->dstXInBytes, c->dstY);
    copy(call, stream, to, from, {c->WidthInBytes, c->Height}, host);
  });
}

// The host does not wait, unless the memory is its own.
template <class T>
CUresult set(const char* name, CUdeviceptr to, size_t pitch, T value, size_t count, size_t rows,
             CUstream handle) {
  return entry(name, Needs::Context, [&](Call& call) {
    const StreamPtr stream = call.ownStream(handle);
    if (count == 0 || rows == 0) return;
    if (to % sizeof(T) != 0 || pitch % sizeof(T) != 0)
      call.refuse("the address is not aligned to the element");
    Place place{to, pitch, true};
    const Extent extent{count * sizeof(T), rows};
    classify(call, "", place, extent);
    std::vector<HostRange> touched;
    if (place.pinned) touched.push_back({to, span(place, extent)});
    const auto body = [&memory = call.driver.memory, place, value, count, rows] {
      std::optional<Finding> finding;
      for (size_t r = 0; r < rows && !finding; r++)
        finding = memory.fill(place.row(r), value, sizeof(T), count);
      return finding;
    };
    const bool wait = place.pinned && handle == nullptr;
    call.submit(stream, {call.name, body, std::move(touched)}, wait);
  });
}

}  // namespace

// The synchronous ones are ordered on the default stream. Only one between devices does not wait.
INITIUM_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t n) {
  return copy1D(__func__, device(to), any(from), n, nullptr, Host::Waits);
}
INITIUM_API CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t n) {
  return copy1D(__func__, any(to), device(from), n, nullptr, Host::Waits);
}
INITIUM_API CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t n) {
  return copy1D(__func__, device(to), device(from), n, nullptr, Host::Runs);
}
INITIUM_API CUresult cuMemcpy(CUdeviceptr to, CUdeviceptr from, size_t n) {
  return copy1D(__func__, any(to), any(from), n, nullptr, Host::Waits);
}
INITIUM_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t n, CUstream s) {
  return copy1D(__func__, device(to), any(from), n, s, Host::Runs);
}
INITIUM_API CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t n, CUstream s) {
  return copy1D(__func__, any(to), device(from), n, s, Host::Runs);
}
INITIUM_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t n, CUstream s) {
  return copy1D(__func__, device(to), device(from), n, s, Host::Runs);
}
INITIUM_API CUresult cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, size_t n, CUstream s) {
  return copy1D(__func__, any(to), any(from), n, s, Host::Runs);
}
// Without peer access a driver stages such a copy through the host: it works.
INITIUM_API CUresult cuMemcpyPeer(CUdeviceptr to, CUcontext, CUdeviceptr from, CUcontext,
                                  size_t n) {
  return copy1D(__func__, device(to), device(from), n, nullptr, Host::Runs);
}
INITIUM_API CUresult cuMemcpyPeerAsync(CUdeviceptr to, CUcontext, CUdeviceptr from, CUcontext,
                                       size_t n, CUstream s) {
  return copy1D(__func__, device(to), device(from), n, s, Host::Runs);
}
INITIUM_API CUresult cuMemcpy2D_v2(const CUDA_MEMCPY2D* c) {
  return copy2D(__func__, c, nullptr, Host::Waits);
}
INITIUM_API CUresult cuMemcpy2DUnaligned_v2(const CUDA_MEMCPY2D* c) {
  return copy2D(__func__, c, nullptr, Host::Waits);
}
INITIUM_API CUresult cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D* c, CUstream s) {
  return copy2D(__func__, c, s, Host::Runs);
}

#define INITIUM_SET(bits, T)                                                                       \
  INITIUM_API CUresult cuMemsetD##bits##_v2(CUdeviceptr to, T value, size_t n) {                   \
    return set(__func__, to, 0, value, n, 1, nullptr);                                             \
  }                                                                                                \
  INITIUM_API CUresult cuMemsetD##bits##Async(CUdeviceptr to, T value, size_t n, CUstream s) {     \
    return set(__func__, to, 0, value, n, 1, s);                                                   \
  }                                                                                                \
  INITIUM_API CUresult cuMemsetD2D##bits##_v2(CUdeviceptr to, size_t pitch, T value, size_t width, \
                                              size_t height) {                                     \
    return set(__func__, to, pitch, value, width, height, nullptr);                                \
  }                                                                                                \
  INITIUM_API CUresult cuMemsetD2D##bits##Async(CUdeviceptr to, size_t pitch, T value,             \
                                                size_t width, size_t height, CUstream s) {         \
    return set(__func__, to, pitch, value, width, height, s);                                      \
  }
INITIUM_SET(8, unsigned char)
INITIUM_SET(16, unsigned short)
INITIUM_SET(32, unsigned)
