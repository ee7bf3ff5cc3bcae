// SPDX-License-Identifier: Apache-2.0
// Functions that no GPU has: how a test asks the device what it found, and tells it what to fail.
// Plain C, so that Java calls them through FFM.
#include <cstdio>

#include "entry.h"

using namespace initium::soft;

namespace {

// Copies a text as snprintf does: at most size bytes with the 0, and answers its whole length.
long put(const std::string& text, char* buffer, long size) {
  if (buffer != nullptr && size > 0) std::snprintf(buffer, size_t(size), "%s", text.c_str());
  return long(text.size());
}

}  // namespace

// How many defects were found since the start or the last reset.
INITIUM_API long initiumSoftFindings() { return long(Findings::get().all().size()); }

// The text of finding i, from 0. Answers its length, or -1 when there is none.
INITIUM_API long initiumSoftFinding(long i, char* buffer, long size) {
  const std::vector<std::string> all = Findings::get().all();
  return i < 0 || i >= long(all.size()) ? -1 : put(all[size_t(i)], buffer, size);
}

// Orders faults, as INITIUM_SOFT_FAULT does; k counts from now. Answers 0, or the length of what is
// wrong with the text, which goes into the buffer.
INITIUM_API long initiumSoftSetFaults(const char* faults, char* wrong, long size) {
  return put(Calls::get().setFaults(faults == nullptr ? "" : faults), wrong, size);
}

// How often an entry point ("*": all together) was called since the start or the last reset.
INITIUM_API long initiumSoftCalls(const char* name) {
  return Calls::get().count(name == nullptr ? "*" : name);
}

// How many objects of a kind are alive, as README.md lists them; "*": all together.
INITIUM_API long initiumSoftLive(const char* kind) {
  Lock lock(Driver::get().mutex);
  const std::string which = kind == nullptr ? "*" : kind;
  long sum = 0;
  for (const auto& [key, count] : Driver::get().live())
    if (which == "*" || key == which) sum += count;
  return sum;
}

// The most bytes that a device had allocated at a time since the start or the last reset; -1 when
// there is no such device.
INITIUM_API long initiumSoftPeakBytes(long device) {
  Lock lock(Driver::get().mutex);
  const bool there = device >= 0 && size_t(device) < Driver::get().devices.size();
  return there ? long(Driver::get().memory.peak(int(device))) : -1;
}

// How much queued work has not run yet.
INITIUM_API long initiumSoftPending() {
  Lock lock(Driver::get().mutex);
  return long(Driver::get().engine.pending());
}

// Chooses another order of the work that runs from now on, as INITIUM_SOFT_SEED does.
INITIUM_API void initiumSoftSeed(unsigned long seed) {
  Lock lock(Driver::get().mutex);
  Driver::get().engine.reseed(seed);
}

// Forgets findings, faults, counts and peaks, and makes lost contexts usable again. Memory, handles and
// queued work stay as they are.
INITIUM_API void initiumSoftReset() {
  Lock lock(Driver::get().mutex);
  Findings::get().clear();
  Calls::get().setFaults("");
  Calls::get().resetCounts();
  Driver::get().memory.forgetPeaks();
  Driver::get().contexts.removeIf([](Context& context) {
    context.sticky = CUDA_SUCCESS;
    return false;
  });
}

// Behind every entry point that is only there so that the natives link.
INITIUM_API int initiumSoftStub(const char* name, int status) {
  if (const int fault = Calls::get().enter(name)) return fault;
  std::fprintf(stderr, "software CUDA device: %s is not implemented\n", name);
  return status;
}
