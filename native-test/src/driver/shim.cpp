// SPDX-License-Identifier: Apache-2.0
#include "shim.h"

#include <cstring>

#include "entry.h"

namespace initium::soft::shim {

namespace {

uint64_t number(const void* address) { return reinterpret_cast<uint64_t>(address); }

// Not an entry point: a library's call was counted under its own name.
CUresult inside(const char* name, const std::function<void(Call&)>& body) {
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  Thread& thread = Thread::get();
  if (!driver.initialized) return CUDA_ERROR_NOT_INITIALIZED;
  if (thread.contexts.empty()) return CUDA_ERROR_INVALID_CONTEXT;
  Call call{name, driver, lock, thread, thread.contexts.back()};
  if (!call.context->alive) return CUDA_ERROR_CONTEXT_IS_DESTROYED;
  if (call.context->sticky != CUDA_SUCCESS) return call.context->sticky;
  try {
    body(call);
  } catch (const CUresult status) {
    return status;
  }
  return CUDA_SUCCESS;
}

}  // namespace

int enter(const std::string& name) { return Calls::get().enter(name); }

CUresult context() {
  return inside("", [](Call&) {});
}

CUresult enqueue(const char* name, CUstream stream, Body body) {
  return inside(
      name, [&](Call& call) { call.submit(call.ownStream(stream), {name, std::move(body), {}}); });
}

std::optional<Finding> copy(void* to, const void* from, size_t bytes) {
  return Driver::get().memory.copy(number(to), number(from), bytes);
}
std::optional<Finding> fill(void* to, unsigned char value, size_t bytes) {
  return Driver::get().memory.fill(number(to), value, 1, bytes);
}

std::optional<Finding> readable(const void* from, size_t bytes) {
  std::vector<std::byte> scratch(bytes);
  return copy(scratch.data(), from, bytes);
}
std::optional<Finding> written(const void* to, size_t bytes) {
  std::vector<std::byte> scratch(bytes);
  std::memcpy(scratch.data(), to, bytes);
  return copy(const_cast<void*>(to), scratch.data(), bytes);
}

bool onDevice(const char* name, const char* argument, const void* address, size_t bytes) {
  const Allocation* a = Driver::get().memory.find(number(address));
  const bool device = a != nullptr && a->space == Space::Global && a->state == State::Live;
  if (device && a->contains(number(address), bytes)) return true;
  report(std::string(name) + ": " + argument + ": " + std::to_string(bytes) +
         " bytes are not device memory that is alive" + (a == nullptr ? "" : ": " + a->describe()));
  return false;
}

void born(const void* handle, const char* kind) {
  Lock lock(Driver::get().mutex);
  Driver::get().foreign[handle] = kind;
}
void died(const void* handle) {
  Lock lock(Driver::get().mutex);
  Driver::get().foreign.erase(handle);
}
bool alive(const char* name, const void* handle) {
  Lock lock(Driver::get().mutex);
  if (Driver::get().foreign.count(handle) != 0) return true;
  report(std::string(name) + ": no such handle or generator: destroyed or never made");
  return false;
}

void report(const std::string& text) { Findings::get().add(text); }

}  // namespace initium::soft::shim
