// Devices, contexts and the handles that a program holds: all the state of the driver.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../memory.h"
#include "../ptx/module.h"
#include "abi.h"
#include "engine.h"
#include "environment.h"

namespace initium::soft {

struct Context {
  int device = 0;
  bool primary = false;
  bool alive = true;
  unsigned flags = 0;
  CUresult sticky = CUDA_SUCCESS;  // after a finding: what every later call answers
  std::string stickyWhat;          // the work that caused it
  std::shared_ptr<Stream> legacy;
  std::map<std::thread::id, std::shared_ptr<Stream>> perThread;
  std::vector<std::shared_ptr<Stream>> streams;  // all that were created and not destroyed
};

struct LoadedModule {
  std::shared_ptr<Context> context;
  std::unique_ptr<Module> module;
  std::map<std::string, CUfunction> functions;
};

struct Function {
  std::shared_ptr<LoadedModule> module;
  CUmodule moduleHandle = nullptr;
  const Kernel* kernel = nullptr;
  std::size_t maxDynamicShared = 0;
};

// Handles are numbers that are never used twice, so that one of a destroyed object is always found out.
template <typename Handle, typename T>
class Handles {
 public:
  Handles(const char* kind, std::uintptr_t tag) : kind(kind), next_(0x7e0000000000 + (tag << 32)) {}

  Handle add(std::shared_ptr<T> object) {
    next_ += 16;
    objects_[next_] = std::move(object);
    return reinterpret_cast<Handle>(next_);
  }
  std::shared_ptr<T> find(Handle handle) const {
    auto at = objects_.find(reinterpret_cast<std::uintptr_t>(handle));
    return at == objects_.end() ? nullptr : at->second;
  }
  Handle handleOf(const T* object) const {
    for (const auto& [handle, held] : objects_) {
      if (held.get() == object) return reinterpret_cast<Handle>(handle);
    }
    return nullptr;
  }
  void remove(Handle handle) { objects_.erase(reinterpret_cast<std::uintptr_t>(handle)); }
  template <typename Predicate>
  void removeIf(Predicate predicate) {
    std::erase_if(objects_, [&](const auto& entry) { return predicate(*entry.second); });
  }
  std::size_t size() const { return objects_.size(); }

  const char* const kind;

 private:
  std::uintptr_t next_;
  std::map<std::uintptr_t, std::shared_ptr<T>> objects_;
};

struct Device {
  std::shared_ptr<Context> primary;  // while it is active
  int retains = 0;
  unsigned flags = 0;
  std::uint64_t poolThreshold = 0;
};

// How large a device of this compute capability is; as the CUDA programming guide has it.
struct Limits {
  int threadsPerMultiprocessor, blocksPerMultiprocessor;
  std::size_t sharedPerMultiprocessor, sharedPerBlockOptin, sharedReserved;
  static constexpr std::size_t sharedPerBlock = 49152;
  static constexpr int multiprocessors = 8, threadsPerBlock = 1024, registers = 65536;
  static Limits of(int major, int minor);
};

class Driver {
 public:
  static Driver& get();

  std::shared_ptr<Context> makeContext(int device, bool primary, unsigned flags);
  // Ends a context: what it still holds is reported as leaked, and freed.
  void end(const std::shared_ptr<Context>&);
  // Memory, streams, events, modules ... that are alive now, by kind.
  std::map<std::string, long> live() const;

  std::mutex mutex;
  const Environment& environment = Environment::get();
  const Limits limits = Limits::of(environment.major, environment.minor);
  Memory memory{environment.devices, environment.memory};
  Engine engine{environment.seed};
  Counters counters;
  bool initialised = false;
  std::vector<Device> devices = std::vector<Device>(static_cast<std::size_t>(environment.devices));
  std::map<std::string, long> foreign;  // handles of cuRAND and cuSOLVER that are alive

  Handles<CUcontext, Context> contexts{"context", 1};
  Handles<CUstream, Stream> streams{"stream", 2};
  Handles<CUevent, Event> events{"event", 3};
  Handles<CUmodule, LoadedModule> modules{"module", 4};
  Handles<CUfunction, Function> functions{"function", 5};
  Handles<CUgraph, Graph> graphs{"graph", 6};
  Handles<CUgraphExec, GraphExec> execs{"executable graph", 7};

 private:
  Driver();
};

}  // namespace initium::soft
