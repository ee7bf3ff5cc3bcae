#include "shim.h"

#include "entry.h"

namespace initium::soft::shim {

namespace {
std::uint64_t number(const void* address) { return reinterpret_cast<std::uint64_t>(address); }
}  // namespace

std::optional<Finding> Bytes::read(void* to, const void* from, std::size_t n) const { return memory_.read(to, number(from), n); }
std::optional<Finding> Bytes::write(void* to, const void* from, std::size_t n) const { return memory_.write(number(to), from, n); }
std::optional<Finding> Bytes::fill(void* to, unsigned char value, std::size_t n) const { return memory_.fill(number(to), value, 1, n); }

int enter(const char* name) { return Calls::get().enter(name); }

CUresult context() {
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  const auto& contexts = Thread::get().contexts;
  if (!driver.initialised) return CUDA_ERROR_NOT_INITIALIZED;
  if (contexts.empty()) return CUDA_ERROR_INVALID_CONTEXT;
  return contexts.back()->alive ? contexts.back()->sticky : CUDA_ERROR_CONTEXT_IS_DESTROYED;
}

CUresult enqueue(const char* name, CUstream handle, std::function<std::optional<Finding>(const Bytes&)> body) {
  if (CUresult r = context(); r != CUDA_SUCCESS) return r;
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  Call call{name, driver, lock, Thread::get(), Thread::get().contexts.back()};
  std::shared_ptr<Stream> stream = call.ownStream(handle);
  if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
  return call.submit(stream, {name, [&driver, name = std::string(name), body = std::move(body)] {
    std::optional<Finding> finding = body(Bytes(driver.memory));
    if (finding) Findings::get().add(*finding, name, false);
    return finding;
  }, {}});
}

bool onDevice(const char* name, const char* argument, const void* address, std::size_t bytes) {
  const Allocation* a = Driver::get().memory.find(number(address));
  bool sound = a != nullptr && a->space == Space::Global && a->state == State::Live && a->contains(number(address), bytes);
  if (!sound) {
    Findings::get().add(std::string(name) + ": " + argument + ": " + std::to_string(bytes) + " bytes are not device memory that is alive" +
                        (a == nullptr ? "" : ": " + a->describe()));
  }
  return sound;
}

void count(const char* kind, int change) {
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  driver.foreign[kind] += change;
}

void report(const std::string& text) { Findings::get().add(text); }

}  // namespace initium::soft::shim
