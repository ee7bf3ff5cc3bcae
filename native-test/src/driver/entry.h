// What every entry point does before its own work, in one place: count the call, fail by order,
// take the lock, look for a context and for a context that is lost.
#pragma once

#include <new>

#include "calls.h"
#include "context.h"
#include "findings.h"

namespace initium::soft {

enum class Needs {
  Nothing,  // may be called before cuInit
  Init,
  Context,
  Release,  // frees something: done even in a lost context, so that leaks stay true
};

// What belongs to one host thread.
struct Thread {
  std::vector<std::shared_ptr<Context>> contexts;  // the current one is the last
  unsigned captureMode = CU_STREAM_CAPTURE_MODE_GLOBAL;
  bool insideCallback = false;
  static Thread& get();
};

struct Call {
  const char* name;
  Driver& driver;
  Lock& lock;
  Thread& thread;
  std::shared_ptr<Context> context;  // the current one; never null with Needs::Context

  // The object of a handle; null, and reported, for one that was destroyed or never was.
  template <typename Handle, typename T>
  std::shared_ptr<T> find(const Handles<Handle, T>& handles, Handle handle) const {
    std::shared_ptr<T> object = handles.find(handle);
    if (object == nullptr) unknown(handles.kind, reinterpret_cast<std::uintptr_t>(handle));
    return object;
  }
  std::shared_ptr<Stream> stream(CUstream handle) const;
  // The stream, if its context is the current one: what a launch asks for.
  std::shared_ptr<Stream> ownStream(CUstream handle) const;
  CUresult unsafeForCapture() { return driver.engine.unsafeForCapture(thread.captureMode); }
  // What a free answers; a free of what is not allocated is reported.
  CUresult freed(CUdeviceptr address, FreeResult result) const;
  // Queues work on a stream and, when asked, waits until it is done.
  CUresult submit(const std::shared_ptr<Stream>&, Work, bool wait = false);

 private:
  void unknown(const char* kind, std::uintptr_t handle) const;
};

template <typename F>
CUresult entry(const char* name, Needs needs, F&& body) {
  Thread& thread = Thread::get();
  if (thread.insideCallback) {
    Findings::get().add(std::string(name) + " was called by a host function of a stream");
    return CUDA_ERROR_NOT_PERMITTED;
  }
  if (int fault = Calls::get().enter(name); fault != 0) return static_cast<CUresult>(fault);
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  if (needs != Needs::Nothing && !driver.initialised) return CUDA_ERROR_NOT_INITIALIZED;
  Call call{name, driver, lock, thread, thread.contexts.empty() ? nullptr : thread.contexts.back()};
  bool inContext = needs == Needs::Context || needs == Needs::Release;
  if (inContext) {
    if (call.context == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    if (!call.context->alive) return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    if (needs == Needs::Context && call.context->sticky != CUDA_SUCCESS) return call.context->sticky;
  }
  CUresult result;
  try {
    result = body(call);
  } catch (const std::bad_alloc&) {
    result = CUDA_ERROR_OUT_OF_MEMORY;
  }
  if (result == CUDA_SUCCESS && inContext) result = call.context->sticky;
  return result;
}

// Gives one value to the caller.
template <typename T, typename V>
CUresult answer(T* to, V value) {
  if (to == nullptr) return CUDA_ERROR_INVALID_VALUE;
  *to = value;
  return CUDA_SUCCESS;
}

// Waiting for what is part of a capture: the capture is lost.
inline CUresult spoil(Capture& capture, CUresult with) {
  capture.invalid = true;
  return with;
}

// Entry points about one device, stream or event: an answer for one that is not there, in one place.

inline bool exists(const Call& call, CUdevice device) {
  return device >= 0 && device < call.driver.environment.devices;
}

template <typename F>
CUresult onDevice(const char* name, CUdevice device, F&& body) {
  return entry(name, Needs::Init, [&](Call& call) {
    return exists(call, device) ? body(call) : CUDA_ERROR_INVALID_DEVICE;
  });
}

template <typename F>
CUresult onStream(const char* name, CUstream handle, F&& body) {
  return entry(name, Needs::Context, [&](Call& call) {
    std::shared_ptr<Stream> stream = call.stream(handle);
    return stream == nullptr ? CUDA_ERROR_INVALID_HANDLE : body(call, stream);
  });
}

template <typename F>
CUresult onEvent(const char* name, CUevent handle, F&& body) {
  return entry(name, Needs::Context, [&](Call& call) {
    std::shared_ptr<Event> event = call.find(call.driver.events, handle);
    return event == nullptr ? CUDA_ERROR_INVALID_HANDLE : body(call, event);
  });
}

template <typename F>
CUresult onFunction(const char* name, CUfunction handle, F&& body) {
  return entry(name, Needs::Context, [&](Call& call) {
    std::shared_ptr<Function> function = call.find(call.driver.functions, handle);
    return function == nullptr ? CUDA_ERROR_INVALID_HANDLE : body(call, *function);
  });
}

}  // namespace initium::soft
