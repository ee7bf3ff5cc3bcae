// SPDX-License-Identifier: Apache-2.0
#include "entry.h"

#include <cstdio>
#include <new>

namespace initium::soft {

Thread& Thread::get() {
  thread_local Thread thread;
  return thread;
}

CUresult entry(const char* name, Needs needs, const std::function<void(Call&)>& body) {
  Thread& thread = Thread::get();
  if (const int fault = Calls::get().enter(name)) return CUresult(fault);
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  if (needs != Needs::Nothing && !driver.initialized) return CUDA_ERROR_NOT_INITIALIZED;
  Call call{name, driver, lock, thread, nullptr};
  if (!thread.contexts.empty()) call.context = thread.contexts.back();
  const bool inContext = needs == Needs::Context || needs == Needs::Release;
  try {
    if (inContext) {
      require(call.context != nullptr, CUDA_ERROR_INVALID_CONTEXT);
      require(call.context->alive, CUDA_ERROR_CONTEXT_IS_DESTROYED);
      if (needs == Needs::Context)
        require(call.context->sticky == CUDA_SUCCESS, call.context->sticky);
    }
    body(call);
  } catch (const CUresult status) {
    return status;
  } catch (const std::bad_alloc&) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  return inContext ? call.context->sticky : CUDA_SUCCESS;
}

void Call::report(const std::string& misuse) const {
  Findings::get().add(std::string(name) + ": " + misuse);
}

void Call::refuse(const std::string& why, CUresult status) const {
  report(why);
  throw status;
}

void Call::unknown(const char* kind, const void* handle, CUresult otherwise) const {
  char text[100];
  std::snprintf(text, sizeof text, "no such %s: %p, destroyed or never made", kind, handle);
  refuse(text, otherwise);
}

StreamPtr Call::stream(CUstream handle) const {
  const auto number = reinterpret_cast<uintptr_t>(handle);
  if (number > 2) return find(driver.streams, handle);
  require(context != nullptr, CUDA_ERROR_INVALID_HANDLE);
  require(number < 2, CUDA_ERROR_NOT_SUPPORTED);  // a default stream for each thread
  return context->legacy;
}

StreamPtr Call::ownStream(CUstream handle) const {
  StreamPtr found = stream(handle);
  if (found->context == context) return found;
  refuse("the stream belongs to a context that is not current", CUDA_ERROR_INVALID_HANDLE);
}

Device& Call::device(CUdevice ordinal) const {
  require(ordinal >= 0 && ordinal < driver.environment.devices, CUDA_ERROR_INVALID_DEVICE);
  return driver.devices[size_t(ordinal)];
}

void Call::submit(const StreamPtr& stream, Work work, bool wait) {
  const OpPtr op = driver.engine.submit(lock, stream, std::move(work));
  if (wait) driver.engine.finish(lock, {op});
  require(stream->context->sticky == CUDA_SUCCESS, stream->context->sticky);
}

void Call::free(uint64_t address, State state) const {
  const FreeResult r = driver.memory.free(address, state);
  if (r == FreeResult::Ok) return;
  const Allocation* at = driver.memory.find(address);
  const std::string what =
      r == FreeResult::DoubleFree ? "double free: " : "not the start of an allocation: ";
  refuse(what + (at == nullptr ? "address " + std::to_string(address) : at->describe()));
}

}  // namespace initium::soft
