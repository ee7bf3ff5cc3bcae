// SPDX-License-Identifier: Apache-2.0
// Devices, contexts and the handles that a program holds: all the state of the driver.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../memory.h"
#include "../ptx/module.h"
#include "abi.h"
#include "engine.h"
#include "environment.h"

namespace initium::soft {

struct Context {
  int device = 0;
  bool alive = true;
  CUresult sticky = CUDA_SUCCESS;  // after a finding: what every later call answers
  StreamPtr legacy;
  std::vector<StreamPtr> streams;  // that are not destroyed, or still have work
};
using ContextPtr = std::shared_ptr<Context>;

struct LoadedModule {
  ContextPtr context;
  std::unique_ptr<Module> module;
  std::map<std::string, CUfunction> functions;
};

struct LoadedFunction {
  std::shared_ptr<LoadedModule> module;
  const Kernel* kernel = nullptr;
  size_t maxDynamicShared = 0;
};

// Handles are numbers that are never used twice: one of a destroyed object is always found out.
template <class Handle, class T> class Handles {
 public:
  Handles(const char* kind, uintptr_t tag) : kind(kind), next_(0x7e0000000000 + (tag << 32)) {}
  Handle add(std::shared_ptr<T> object) {
    objects_[next_ += 16] = std::move(object);
    return reinterpret_cast<Handle>(next_);
  }
  std::shared_ptr<T> find(Handle handle) const {
    const auto at = objects_.find(reinterpret_cast<uintptr_t>(handle));
    return at == objects_.end() ? nullptr : at->second;
  }
  Handle handleOf(const T* object) const {
    for (const auto& [handle, held] : objects_)
      if (held.get() == object) return reinterpret_cast<Handle>(handle);
    return nullptr;
  }
  void remove(Handle handle) { objects_.erase(reinterpret_cast<uintptr_t>(handle)); }
  template <class Predicate> size_t removeIf(Predicate predicate) {
    return std::erase_if(objects_, [&](const auto& entry) { return predicate(*entry.second); });
  }
  template <class Function> void each(Function function) {
    for (const auto& [handle, object] : objects_) function(*object);
  }
  size_t size() const { return objects_.size(); }

  const char* const kind;

 private:
  uintptr_t next_;
  std::map<uintptr_t, std::shared_ptr<T>> objects_;
};

// Memory that was had from the system for allocations in stream order. What is freed is kept until
// somebody waits while more is held than the threshold.
struct Pool {
  int device = 0;
  uint64_t threshold = 0;
  size_t live = 0, kept = 0;
  bool destroyed = false;
};

struct Device {
  ContextPtr primary;  // while it is active
  int retains = 0;
};

// What a device of compute capability 8.0 has, whatever it says it is; as the CUDA programming guide says.
struct Limits {
  static constexpr int multiprocessors = 8, threadsPerMultiprocessor = 2048;
  static constexpr int blocksPerMultiprocessor = 32, threadsPerBlock = 1024, registers = 65536;
  static constexpr size_t sharedPerMultiprocessor = 167936, sharedPerBlockOptin = 166912;
  static constexpr size_t sharedPerBlock = 49152, sharedReserved = 1024;
};

class Driver {
 public:
  static Driver& get();

  ContextPtr makeContext(int device);
  void end(const ContextPtr&);  // what the context still holds is reported as leaked, and freed
  std::map<std::string, long> live() const;  // memory, streams, events ... by kind

  std::mutex mutex;
  const Environment& environment = Environment::get();
  Memory memory{environment.devices, environment.memory};
  Engine engine{environment.seed};
  Counters counters;
  bool initialized = false;
  std::vector<Device> devices = std::vector<Device>(size_t(environment.devices));
  void releasePools(int device);        // what a wait gives back to the system
  void trim(Pool&, uint64_t keep);      // until so much is held, live or kept
  std::map<uint64_t, std::shared_ptr<Pool>> pooled;  // live memory, by address
  std::map<const void*, const char*> foreign;  // live handles of cuRAND and cuSOLVER, by kind

  Handles<CUcontext, Context> contexts{"context", 1};
  Handles<CUstream, Stream> streams{"stream", 2};
  Handles<CUevent, Event> events{"event", 3};
  Handles<CUmodule, LoadedModule> modules{"module", 4};
  Handles<CUfunction, LoadedFunction> functions{"function", 5};
  Handles<CUgraph, Graph> graphs{"graph", 6};
  Handles<CUgraphExec, GraphExec> execs{"executable graph", 7};
  Handles<CUmemoryPool, Pool> pools{"memory pool", 8};

 private:
  Driver();
};

}  // namespace initium::soft
