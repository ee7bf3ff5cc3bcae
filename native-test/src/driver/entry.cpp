#include "entry.h"

#include <cinttypes>
#include <cstdio>

namespace initium::soft {

Thread& Thread::get() {
  thread_local Thread thread;
  return thread;
}

void Call::unknown(const char* kind, std::uintptr_t handle) const {
  char text[160];
  std::snprintf(text, sizeof text, "%s: no such %s: 0x%" PRIxPTR ", destroyed or never made", name,
                kind, handle);
  Findings::get().add(text);
}

std::shared_ptr<Stream> Call::stream(CUstream handle) const {
  auto number = reinterpret_cast<std::uintptr_t>(handle);
  if (number > 2) return find(driver.streams, handle);
  if (context == nullptr) return nullptr;
  if (number < 2) return context->legacy;
  std::shared_ptr<Stream>& own = context->perThread[std::this_thread::get_id()];
  if (own == nullptr) {
    own = std::make_shared<Stream>();
    own->context = context;
    context->streams.push_back(own);
  }
  return own;
}

std::shared_ptr<Stream> Call::ownStream(CUstream handle) const {
  std::shared_ptr<Stream> found = stream(handle);
  if (found == nullptr || found->context == context) return found;
  Findings::get().add(std::string(name) + ": the stream belongs to a context that is not current");
  return nullptr;
}

CUresult Call::submit(const std::shared_ptr<Stream>& stream, Work work, bool wait) {
  OpPtr op;
  if (CUresult r = driver.engine.submit(lock, stream, std::move(work), &op); r != CUDA_SUCCESS) {
    return r;
  }
  if (wait && op != nullptr) driver.engine.finish(lock, {op});
  return stream->context->sticky;
}

CUresult Call::freed(CUdeviceptr address, FreeResult result) const {
  if (result == FreeResult::Ok) return CUDA_SUCCESS;
  const Allocation* at = driver.memory.find(address);
  std::string what = result == FreeResult::DoubleFree ? "double free" : "not the start of an allocation";
  Findings::get().add(std::string(name) + ": " + what + ": " + (at == nullptr ? "address " + std::to_string(address) : at->describe()));
  return CUDA_ERROR_INVALID_VALUE;
}

}  // namespace initium::soft
