// SPDX-License-Identifier: Apache-2.0
// What the software cuRAND and cuSOLVER ask of the software driver. They are libraries of their
// own, as NVIDIA's are, and find these functions in libcuda.so.1.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "../finding.h"
#include "abi.h"

#define INITIUM_SHIM __attribute__((visibility("default")))

namespace initium::soft::shim {

// Counts a call of `name` and answers the status that a test ordered for it, or 0.
INITIUM_SHIM int enter(const std::string& name);

// Whether a context is current and sound; else the error that a call must answer with.
INITIUM_SHIM CUresult context();

// Queues work on a stream of the current context, or adds it to the graph that the stream captures.
// What the body finds makes the context fail as a kernel's finding does.
INITIUM_SHIM CUresult enqueue(const char* name, CUstream,
                              std::function<std::optional<Finding>()> body);

// In the body: the devices' memory, checked as a copy checks it. Device memory is host memory too:
// after `readable`, a library may read it where it is, and `written` says that it wrote there.
INITIUM_SHIM std::optional<Finding> copy(void* to, const void* from, size_t bytes);
INITIUM_SHIM std::optional<Finding> fill(void* to, unsigned char value, size_t bytes);
INITIUM_SHIM std::optional<Finding> readable(const void* from, size_t bytes);
INITIUM_SHIM std::optional<Finding> written(const void* to, size_t bytes);

// Whether bytes from this address are device memory that is alive; reported when they are not.
INITIUM_SHIM bool onDevice(const char* name, const char* argument, const void* address,
                           size_t bytes);

// Handles: a new one of a kind, one that ends, and whether it is alive; reported when it is not.
INITIUM_SHIM void born(const void* handle, const char* kind);
INITIUM_SHIM void died(const void* handle);
INITIUM_SHIM bool alive(const char* name, const void* handle);

// A defect of the program that the library saw.
INITIUM_SHIM void report(const std::string& text);

}  // namespace initium::soft::shim
