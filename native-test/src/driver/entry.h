// SPDX-License-Identifier: Apache-2.0
// What every entry point does before its own work, in one place: count the call, fail by order,
// take the lock, look for a context and for a context that is lost. Its own work throws the status
// that it fails with.
#pragma once
#include <functional>

#include "calls.h"
#include "driver.h"
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
  std::vector<ContextPtr> contexts;  // the current one is the last
  unsigned captureMode = CU_STREAM_CAPTURE_MODE_GLOBAL;
  static Thread& get();
};

struct Call {
  const char* name;
  Driver& driver;
  Lock& lock;
  Thread& thread;
  ContextPtr context;  // the current one; never null with Needs::Context and Needs::Release

  void report(const std::string& misuse) const;
  [[noreturn]] void refuse(const std::string& why, CUresult = CUDA_ERROR_INVALID_VALUE) const;

  // The object of a handle. One that was destroyed or never was is reported.
  template <class Handle, class T>
  std::shared_ptr<T> find(const Handles<Handle, T>& handles, Handle handle,
                          CUresult otherwise = CUDA_ERROR_INVALID_HANDLE) const {
    std::shared_ptr<T> object = handles.find(handle);
    if (object == nullptr) unknown(handles.kind, handle, otherwise);
    return object;
  }
  StreamPtr stream(CUstream) const;
  StreamPtr ownStream(CUstream) const;  // of the current context: what a launch asks for
  Device& device(CUdevice) const;       // throws when there is no such device
  void unsafeForCapture() { driver.engine.unsafeForCapture(thread.captureMode); }
  void free(uint64_t address, State = State::Freed) const;  // of what is not allocated: reported
  // Queues work on a stream and, when asked, waits until it is done.
  void submit(const StreamPtr&, Work, bool wait = false);

 private:
  [[noreturn]] void unknown(const char* kind, const void* handle, CUresult) const;
};

CUresult entry(const char* name, Needs needs, const std::function<void(Call&)>& body);

inline void require(bool condition, CUresult otherwise = CUDA_ERROR_INVALID_VALUE) {
  if (!condition) throw otherwise;
}

// Where the caller wants an answer.
template <class T> T& out(T* pointer) {
  require(pointer != nullptr);
  return *pointer;
}

// A call that no graph can hold, on something that is being captured: the capture is lost.
inline void notCaptured(const std::shared_ptr<Capture>& capture, CUresult otherwise) {
  if (capture == nullptr) return;
  capture->invalid = true;
  throw otherwise;
}

}  // namespace initium::soft
