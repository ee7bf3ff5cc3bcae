// Functions that no GPU has: how a test asks the device what it found, and tells it what to fail.
// Plain C, so that Java calls them through FFM.
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "entry.h"

using namespace initium::soft;

namespace {

// Copies a text as snprintf does: at most size bytes with the 0, and answers its whole length.
long put(const std::string& text, char* buffer, long size) {
  if (buffer != nullptr && size > 0) std::snprintf(buffer, static_cast<std::size_t>(size), "%s", text.c_str());
  return static_cast<long>(text.size());
}

}  // namespace

// How many defects were found since the start or the last reset.
INITIUM_API long initiumSoftFindings() { return static_cast<long>(Findings::get().all().size()); }

// The text of finding i, from 0. Answers its length, or -1 when there is none.
INITIUM_API long initiumSoftFinding(long i, char* buffer, long size) {
  std::vector<std::string> all = Findings::get().all();
  return i < 0 || i >= static_cast<long>(all.size()) ? -1 : put(all[static_cast<std::size_t>(i)], buffer, size);
}

// Orders faults, as INITIUM_SOFT_FAULT does; k counts from now. Answers 0, or the length of what is
// wrong with the text, which goes into the buffer.
INITIUM_API long initiumSoftSetFaults(const char* faults, char* wrong, long size) {
  return put(Calls::get().setFaults(faults == nullptr ? "" : faults), wrong, size);
}

// How often an entry point ("*": all of them together) was called since the start or the last reset.
INITIUM_API long initiumSoftCalls(const char* name) { return Calls::get().count(name == nullptr ? "*" : name); }

// How many objects of a kind are alive: memory, host memory, stream, event, module, context, graph,
// executable graph, cuRAND generator, cuSOLVER handle, cuSOLVER parameters; "*": all together.
INITIUM_API long initiumSoftLive(const char* kind) {
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  long sum = 0;
  for (const auto& [key, count] : driver.live()) {
    if (kind == nullptr || std::strcmp(kind, "*") == 0 || key == kind) sum += count;
  }
  return sum;
}

// How much queued work has not run yet.
INITIUM_API long initiumSoftPending() {
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  return static_cast<long>(driver.engine.pending());
}

// Chooses another order of the work that runs from now on, as INITIUM_SOFT_SEED does.
INITIUM_API void initiumSoftSeed(unsigned long seed) {
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  driver.engine.reseed(seed);
}

// Forgets findings, faults and counts, and makes lost contexts usable again. Memory, handles and
// queued work stay as they are.
INITIUM_API void initiumSoftReset() {
  Driver& driver = Driver::get();
  Lock lock(driver.mutex);
  Findings::get().clear();
  Calls::get().setFaults("");
  Calls::get().resetCounts();
  driver.contexts.removeIf([](Context& context) {
    context.sticky = CUDA_SUCCESS;
    return false;
  });
}

// Behind every entry point that is only there so that the natives link.
INITIUM_API int initiumSoftStub(const char* name, int status) {
  if (int fault = Calls::get().enter(name); fault != 0) return fault;
  std::fprintf(stderr, "software CUDA device: %s is not implemented\n", name);
  return status;
}

// The newest version of an entry point, as a driver hands it to a program that looks it up.
INITIUM_API CUresult cuGetProcAddress_v2(const char* symbol, void** function, int, std::uint64_t, int* status) {
  return entry(__func__, Needs::Nothing, [&](Call&) {
    if (symbol == nullptr || function == nullptr) return CUDA_ERROR_INVALID_VALUE;
    Dl_info self;
    dladdr(reinterpret_cast<void*>(&initiumSoftFindings), &self);
    void* library = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    *function = nullptr;
    for (const char* version : {"_v3", "_v2", ""}) {
      if (*function == nullptr) *function = dlsym(library, (std::string(symbol) + version).c_str());
    }
    if (library != nullptr) dlclose(library);
    if (status != nullptr) *status = *function == nullptr ? 1 : 0;
    return *function == nullptr ? CUDA_ERROR_NOT_FOUND : CUDA_SUCCESS;
  });
}
INITIUM_API CUresult cuGetProcAddress(const char* symbol, void** function, int version, std::uint64_t flags) {
  return cuGetProcAddress_v2(symbol, function, version, flags, nullptr);
}
