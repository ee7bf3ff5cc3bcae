// What the software cuRAND and cuSOLVER ask of the software driver. They are libraries of their own,
// as NVIDIA's are, and find these functions in libcuda.so.1.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "../finding.h"
#include "abi.h"

#define INITIUM_SHIM __attribute__((visibility("default")))

namespace initium::soft {
class Memory;
}

namespace initium::soft::shim {

// The devices' memory, checked as a copy checks it.
class INITIUM_SHIM Bytes {
 public:
  explicit Bytes(Memory& memory) : memory_(memory) {}
  std::optional<Finding> read(void* to, const void* from, std::size_t n) const;
  std::optional<Finding> write(void* to, const void* from, std::size_t n) const;
  std::optional<Finding> fill(void* to, unsigned char value, std::size_t n) const;

 private:
  Memory& memory_;
};

// Counts a call of `name` and answers the status that a test ordered for it, or 0.
INITIUM_SHIM int enter(const char* name);

// Queues work on a stream of the current context, or adds it to the graph that the stream captures.
// What the body finds makes the context fail as a kernel's finding does.
INITIUM_SHIM CUresult enqueue(const char* name, CUstream stream, std::function<std::optional<Finding>(const Bytes&)> body);

// Whether a context is current and sound; else the error that a call must answer with.
INITIUM_SHIM CUresult context();

// Whether n bytes from this address are device memory that is alive; reported when they are not.
INITIUM_SHIM bool onDevice(const char* name, const char* argument, const void* address, std::size_t bytes);

// A handle of this kind came to be (+1) or went (-1).
INITIUM_SHIM void count(const char* kind, int change);

// A defect of the program that the library saw.
INITIUM_SHIM void report(const std::string& text);

}  // namespace initium::soft::shim
