// Copies and sets. One body moves rows between any two places; the entry points differ in what
// the caller may rely on when they return.
#include <algorithm>
#include <cstring>

#include "entry.h"

using namespace initium::soft;

namespace {

// A piece of memory with rows: pageable host memory, or what Memory knows (device, pinned).
struct Place {
  std::uint64_t address = 0;
  std::size_t pitch = 0;
  bool device = false;
  bool pinned = false;

  std::uint64_t row(std::size_t r) const { return address + r * pitch; }
};

struct Extent {
  std::size_t width = 0, rows = 1;
};

enum class Host { Waits, Runs };  // whether the call returns when the copy is done, or at once

std::size_t span(const Place& place, Extent e) { return (e.rows - 1) * place.pitch + e.width; }

// Says what an address is, and that all of it is alive. An empty answer is sound.
std::string classify(const Call& call, Place& place, Extent e, bool mustBeDevice) {
  const Allocation* a = call.driver.memory.find(place.address);
  place.device = a != nullptr && a->space != Space::Host;
  place.pinned = a != nullptr && a->space == Space::Host && a->state == State::Live;
  if (mustBeDevice && a == nullptr) {
    const Allocation* below = call.driver.memory.below(place.address);
    return "the address is in no allocation" + (below == nullptr ? "" : "; the nearest is " + below->describe());
  }
  if (place.device && (a->state != State::Live || !a->contains(place.address, span(place, e)))) {
    return std::to_string(span(place, e)) + " bytes at offset " + std::to_string(place.address - a->base) +
           " of " + a->describe();
  }
  if (place.address == 0) return "the host pointer is null";
  return "";
}

CUresult refuse(const Call& call, const std::string& why) {
  Findings::get().add(std::string(call.name) + ": " + why);
  return CUDA_ERROR_INVALID_VALUE;
}

std::optional<Finding> move(Memory& memory, const Place& to, const Place& from, Extent e) {
  for (std::size_t r = 0; r < e.rows; ++r) {
    std::optional<Finding> finding;
    auto* hostTo = reinterpret_cast<void*>(to.row(r));
    auto* hostFrom = reinterpret_cast<const void*>(from.row(r));
    if (to.device && from.device) finding = memory.copy(to.row(r), from.row(r), e.width);
    else if (to.device) finding = memory.write(to.row(r), hostFrom, e.width);
    else if (from.device) finding = memory.read(hostTo, from.row(r), e.width);
    else std::memmove(hostTo, hostFrom, e.width);
    if (finding) return finding;
  }
  return std::nullopt;
}

CUresult copy(Call& call, CUstream handle, Place to, bool toDevice, Place from, bool fromDevice,
              Extent e, Host host) {
  std::shared_ptr<Stream> stream = call.stream(handle);
  if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
  if (e.width == 0 || e.rows == 0) return CUDA_SUCCESS;
  if (std::string why = classify(call, to, e, toDevice); !why.empty()) return refuse(call, "destination: " + why);
  if (std::string why = classify(call, from, e, fromDevice); !why.empty()) return refuse(call, "source: " + why);
  std::vector<HostRange> touched;
  if (to.pinned) touched.push_back({to.address, span(to, e)});
  if (from.pinned) touched.push_back({from.address, span(from, e)});
  bool pageableFrom = !from.device && !from.pinned, pageableTo = !to.device && !to.pinned;
  std::vector<std::byte> staged;
  if (host == Host::Runs && pageableFrom && to.device && stream->capture == nullptr) {
    // Pageable memory is staged before the call returns: the caller may write to it again.
    staged.resize(span(from, e));
    std::memcpy(staged.data(), reinterpret_cast<const void*>(from.address), staged.size());
  }
  // Copies to pageable memory, and from host to host, return when they are done; also "async".
  if (pageableTo || (!to.device && !from.device)) host = Host::Waits;
  if (host == Host::Waits && stream->capture != nullptr && (pageableTo || handle == nullptr)) {
    stream->capture->invalid = true;
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  }
  if (host == Host::Runs && to.pinned && stream->capture == nullptr && !call.driver.engine.pendingTouches(touched[0])) {
    // Nobody may read the destination before the copy is done. Whoever does must not get away with it.
    for (std::size_t r = 0; r < e.rows; ++r) std::memset(reinterpret_cast<void*>(to.row(r)), 0xA5, e.width);
  }
  Body body = [&memory = call.driver.memory, name = std::string(call.name), to, from, e, staged = std::move(staged)] {
    Place source = from;
    if (!staged.empty()) source.address = reinterpret_cast<std::uintptr_t>(staged.data());
    std::optional<Finding> finding = move(memory, to, source, e);
    if (finding) Findings::get().add(*finding, name, false);
    return finding;
  };
  return call.submit(stream, {call.name, std::move(body), std::move(touched)}, host == Host::Waits);
}

Place at(std::uint64_t address) { return {address, 0, false, false}; }
Place at(const void* address) { return at(reinterpret_cast<std::uintptr_t>(address)); }

// width: bytes of one element, 1, 2 or 4. The host does not wait, unless the memory is its own.
CUresult set(const char* name, CUdeviceptr to, std::size_t pitch, std::uint32_t value, int width,
             std::size_t count, std::size_t rows, CUstream handle) {
  return entry(name, Needs::Context, [&](Call& call) {
    std::shared_ptr<Stream> stream = call.ownStream(handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (count == 0 || rows == 0) return CUDA_SUCCESS;
    std::size_t bytes = static_cast<std::size_t>(width);
    if (to % bytes != 0 || pitch % bytes != 0) return refuse(call, "the address is not aligned to the element");
    Place place{to, pitch, false, false};
    if (std::string why = classify(call, place, {count * bytes, rows}, true); !why.empty()) return refuse(call, why);
    std::vector<HostRange> touched;
    if (place.pinned) touched.push_back({to, span(place, {count * bytes, rows})});
    Body body = [&memory = call.driver.memory, name = std::string(call.name), place, value, width, count, rows] {
      std::optional<Finding> finding;
      for (std::size_t r = 0; r < rows && !finding; ++r) finding = memory.fill(place.row(r), value, width, count);
      if (finding) Findings::get().add(*finding, name, false);
      return finding;
    };
    return call.submit(stream, {call.name, std::move(body), std::move(touched)}, place.pinned && handle == nullptr);
  });
}

CUresult copy2D(const char* name, const CUDA_MEMCPY2D* c, CUstream handle, Host host) {
  return entry(name, Needs::Context, [&](Call& call) {
    if (c == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (c->srcMemoryType == CU_MEMORYTYPE_ARRAY || c->dstMemoryType == CU_MEMORYTYPE_ARRAY) return CUDA_ERROR_NOT_SUPPORTED;
    bool sourceHost = c->srcMemoryType == CU_MEMORYTYPE_HOST, targetHost = c->dstMemoryType == CU_MEMORYTYPE_HOST;
    Place from = sourceHost ? at(c->srcHost) : at(c->srcDevice);
    Place to = targetHost ? at(c->dstHost) : at(c->dstDevice);
    from.pitch = c->srcPitch == 0 ? c->WidthInBytes : c->srcPitch;
    to.pitch = c->dstPitch == 0 ? c->WidthInBytes : c->dstPitch;
    if (c->Height > 1 && (from.pitch < c->WidthInBytes + c->srcXInBytes || to.pitch < c->WidthInBytes + c->dstXInBytes)) {
      return refuse(call, "a pitch is less than the width of a row");
    }
    from.address += c->srcY * from.pitch + c->srcXInBytes;
    to.address += c->dstY * to.pitch + c->dstXInBytes;
    return copy(call, handle, to, c->dstMemoryType == CU_MEMORYTYPE_DEVICE, from,
                c->srcMemoryType == CU_MEMORYTYPE_DEVICE, {c->WidthInBytes, c->Height}, host);
  });
}

CUresult copy1D(const char* name, Place to, bool toDevice, Place from, bool fromDevice, std::size_t n,
                CUstream stream, Host host) {
  return entry(name, Needs::Context, [&](Call& call) {
    return copy(call, stream, to, toDevice, from, fromDevice, {n, 1}, host);
  });
}

}  // namespace

// The synchronous ones are ordered on the default stream. Only a copy between devices does not wait.
INITIUM_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, std::size_t n) {
  return copy1D(__func__, at(to), true, at(from), false, n, nullptr, Host::Waits);
}
INITIUM_API CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, std::size_t n) {
  return copy1D(__func__, at(to), false, at(from), true, n, nullptr, Host::Waits);
}
INITIUM_API CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, std::size_t n) {
  return copy1D(__func__, at(to), true, at(from), true, n, nullptr, Host::Runs);
}
INITIUM_API CUresult cuMemcpy(CUdeviceptr to, CUdeviceptr from, std::size_t n) {
  return copy1D(__func__, at(to), false, at(from), false, n, nullptr, Host::Waits);
}
INITIUM_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, std::size_t n, CUstream stream) {
  return copy1D(__func__, at(to), true, at(from), false, n, stream, Host::Runs);
}
INITIUM_API CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, std::size_t n, CUstream stream) {
  return copy1D(__func__, at(to), false, at(from), true, n, stream, Host::Runs);
}
INITIUM_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, std::size_t n, CUstream stream) {
  return copy1D(__func__, at(to), true, at(from), true, n, stream, Host::Runs);
}
INITIUM_API CUresult cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, std::size_t n, CUstream stream) {
  return copy1D(__func__, at(to), false, at(from), false, n, stream, Host::Runs);
}
// Without peer access a driver stages such a copy through the host: it works.
INITIUM_API CUresult cuMemcpyPeer(CUdeviceptr to, CUcontext, CUdeviceptr from, CUcontext, std::size_t n) {
  return copy1D(__func__, at(to), true, at(from), true, n, nullptr, Host::Runs);
}
INITIUM_API CUresult cuMemcpyPeerAsync(CUdeviceptr to, CUcontext, CUdeviceptr from, CUcontext, std::size_t n, CUstream stream) {
  return copy1D(__func__, at(to), true, at(from), true, n, stream, Host::Runs);
}
INITIUM_API CUresult cuMemcpy2D_v2(const CUDA_MEMCPY2D* c) { return copy2D(__func__, c, nullptr, Host::Waits); }
INITIUM_API CUresult cuMemcpy2DUnaligned_v2(const CUDA_MEMCPY2D* c) { return copy2D(__func__, c, nullptr, Host::Waits); }
INITIUM_API CUresult cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D* c, CUstream stream) { return copy2D(__func__, c, stream, Host::Runs); }

#define INITIUM_SET(bits, type)                                                                                      \
  INITIUM_API CUresult cuMemsetD##bits##_v2(CUdeviceptr to, type value, std::size_t n) {                             \
    return set(__func__, to, 0, value, bits / 8, n, 1, nullptr);                                                     \
  }                                                                                                                  \
  INITIUM_API CUresult cuMemsetD##bits##Async(CUdeviceptr to, type value, std::size_t n, CUstream stream) {          \
    return set(__func__, to, 0, value, bits / 8, n, 1, stream);                                                      \
  }                                                                                                                  \
  INITIUM_API CUresult cuMemsetD2D##bits##_v2(CUdeviceptr to, std::size_t pitch, type value, std::size_t width,      \
                                              std::size_t height) {                                                  \
    return set(__func__, to, pitch, value, bits / 8, width, height, nullptr);                                        \
  }                                                                                                                  \
  INITIUM_API CUresult cuMemsetD2D##bits##Async(CUdeviceptr to, std::size_t pitch, type value, std::size_t width,    \
                                                std::size_t height, CUstream stream) {                               \
    return set(__func__, to, pitch, value, bits / 8, width, height, stream);                                         \
  }
INITIUM_SET(8, unsigned char)
INITIUM_SET(16, unsigned short)
INITIUM_SET(32, unsigned)
