// Functions, occupancy and launches.
#include <algorithm>
#include <cstring>

#include "entry.h"

using namespace initium::soft;

namespace {

constexpr int registersPerThread = 32;  // what occupancy assumes: nothing here allocates registers

std::size_t roundUp(std::size_t n, std::size_t to) { return (n + to - 1) / to * to; }

int blocksPerMultiprocessor(const Limits& limits, const Function& function, std::size_t threads, std::size_t dynamicShared) {
  if (threads == 0 || threads > function.kernel->maxThreads || dynamicShared > function.maxDynamicShared) return 0;
  std::size_t warps = roundUp(threads, 32);
  std::size_t shared = function.kernel->sharedBytes + dynamicShared + limits.sharedReserved;
  std::size_t blocks = std::min<std::size_t>(limits.blocksPerMultiprocessor, limits.threadsPerMultiprocessor / warps);
  blocks = std::min(blocks, Limits::registers / (registersPerThread * warps));
  if (shared != 0) blocks = std::min(blocks, limits.sharedPerMultiprocessor / roundUp(shared, 128));
  return static_cast<int>(blocks);
}

struct Shape {
  Dim3 grid, block;
  std::size_t shared = 0;
  bool cooperative = false;
};

CUresult checkShape(const Call& call, const Function& function, const Shape& s) {
  auto refuse = [&](const std::string& why, CUresult with) {
    Findings::get().add(std::string(call.name) + ": kernel " + function.kernel->name + ": " + why);
    return with;
  };
  if (s.grid.count() == 0 || s.block.count() == 0) return refuse("a dimension is 0", CUDA_ERROR_INVALID_VALUE);
  if (s.grid.x > 0x7fffffff || s.grid.y > 65535 || s.grid.z > 65535) return refuse("the grid is too large", CUDA_ERROR_INVALID_VALUE);
  if (s.block.x > 1024 || s.block.y > 1024 || s.block.z > 64 || s.block.count() > 1024) return refuse("the block is too large", CUDA_ERROR_INVALID_VALUE);
  if (s.block.count() > function.kernel->maxThreads) return refuse("more threads than its .maxntid", CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
  const Dim3& required = function.kernel->required;
  if (required.x != 0 && (s.block.x != required.x || s.block.y != required.y || s.block.z != required.z)) return refuse("not the block of its .reqntid", CUDA_ERROR_INVALID_VALUE);
  if (s.shared > function.maxDynamicShared) return refuse("more dynamic shared memory than it may use; see cuFuncSetAttribute", CUDA_ERROR_INVALID_VALUE);
  if (s.cooperative) {
    int resident = blocksPerMultiprocessor(call.driver.limits, function, s.block.count(), s.shared) * Limits::multiprocessors;
    if (s.grid.count() > static_cast<std::uint64_t>(resident)) return refuse("more blocks than fit on the device at once", CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE);
  }
  return CUDA_SUCCESS;
}

// The parameters as they are now: the caller may change them as soon as the launch returns.
CUresult copyParameters(const Call& call, const Kernel& kernel, void** each, void** extra, std::vector<std::byte>& block) {
  auto refuse = [&](const std::string& why) {
    Findings::get().add(std::string(call.name) + ": kernel " + kernel.name + ": " + why);
    return CUDA_ERROR_INVALID_VALUE;
  };
  block.resize(kernel.paramBytes);
  if (each != nullptr && extra != nullptr) return refuse("both kernelParams and extra are given");
  if (extra != nullptr) {  // 1: buffer, 2: its size, 0: end
    const void* buffer = nullptr;
    std::size_t size = 0;
    for (; reinterpret_cast<std::uintptr_t>(extra[0]) != 0; extra += 2) {
      if (reinterpret_cast<std::uintptr_t>(extra[0]) == 1) buffer = extra[1];
      if (reinterpret_cast<std::uintptr_t>(extra[0]) == 2) size = *static_cast<std::size_t*>(extra[1]);
    }
    if (size != kernel.paramBytes || (buffer == nullptr && size != 0)) {
      return refuse("the parameter block has " + std::to_string(size) + " bytes, its parameters take " + std::to_string(kernel.paramBytes));
    }
    if (size != 0) std::memcpy(block.data(), buffer, size);
    return CUDA_SUCCESS;
  }
  for (std::size_t i = 0; i < kernel.parameters.size(); ++i) {
    const Parameter& p = kernel.parameters[i];
    if (each == nullptr || each[i] == nullptr) return refuse("parameter " + std::to_string(i) + " is null");
    std::memcpy(block.data() + p.offset, each[i], p.size);
  }
  return CUDA_SUCCESS;
}

// Pinned memory that a parameter points to.
std::vector<HostRange> pinned(const Memory& memory, const std::vector<std::byte>& block) {
  std::vector<HostRange> ranges;
  for (std::size_t at = 0; at + 8 <= block.size(); at += 8) {
    std::uint64_t address;
    std::memcpy(&address, block.data() + at, 8);
    const Allocation* a = memory.find(address);
    if (a != nullptr && a->space == Space::Host) ranges.push_back({a->base, a->size});
  }
  return ranges;
}

CUresult launch(const char* name, CUfunction handle, Shape shape, CUstream streamHandle, void** each, void** extra) {
  return onFunction(name, handle, [&](Call& call, const Function& function) {
    std::shared_ptr<Stream> stream = call.ownStream(streamHandle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (function.module->context != call.context) {
      Findings::get().add(std::string(name) + ": the function belongs to a context that is not current");
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (CUresult r = checkShape(call, function, shape); r != CUDA_SUCCESS) return r;
    std::vector<std::byte> block;
    if (CUresult r = copyParameters(call, *function.kernel, each, extra, block); r != CUDA_SUCCESS) return r;
    std::vector<HostRange> touched = pinned(call.driver.memory, block);
    // The body holds the module: one that is unloaded while its kernel is queued is still there.
    Body body = [&driver = call.driver, module = function.module, kernel = function.kernel, shape, block = std::move(block)] {
      LaunchConfig config;
      config.grid = shape.grid;
      config.block = shape.block;
      config.dynamicShared = shape.shared;
      config.params = block.data();
      config.paramBytes = block.size();
      config.cooperative = shape.cooperative;
      config.seed = driver.engine.seed();
      config.workers = driver.environment.workers;
      std::optional<Finding> finding = initium::soft::launch(*kernel, config, driver.memory, driver.counters);
      if (finding) Findings::get().add(*finding, "kernel " + kernel->name, true);
      return finding;
    };
    return call.submit(stream, {"kernel " + function.kernel->name, std::move(body), std::move(touched)});
  });
}

}  // namespace

INITIUM_API CUresult cuFuncGetModule(CUmodule* module, CUfunction handle) {
  return onFunction(__func__, handle, [&](Call&, const Function& function) {
    return answer(module, function.moduleHandle);
  });
}

INITIUM_API CUresult cuFuncGetAttribute(int* value, int attribute, CUfunction handle) {
  return onFunction(__func__, handle, [&](Call& call, const Function& f) {
    int capability = call.driver.environment.major * 10 + call.driver.environment.minor;
    const int values[] = {static_cast<int>(f.kernel->maxThreads),
                          static_cast<int>(f.kernel->sharedBytes),
                          0,  // constant memory
                          static_cast<int>(f.kernel->localBytes),
                          registersPerThread,
                          capability,  // PTX version
                          capability,  // binary version
                          0,           // cached modifiers
                          static_cast<int>(f.maxDynamicShared),
                          -1};  // preferred carveout
    if (value == nullptr || attribute < 0 || attribute >= static_cast<int>(std::size(values))) return CUDA_ERROR_INVALID_VALUE;
    *value = values[attribute];
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuFuncSetAttribute(CUfunction handle, int attribute, int value) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    std::shared_ptr<Function> f = call.find(call.driver.functions, handle);
    if (f == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (attribute == 9) return value >= -1 && value <= 100 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
    bool fits = value >= 0 && static_cast<std::size_t>(value) + f->kernel->sharedBytes <= call.driver.limits.sharedPerBlockOptin;
    if (attribute != 8 || !fits) return CUDA_ERROR_INVALID_VALUE;
    f->maxDynamicShared = static_cast<std::size_t>(value);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuFuncSetCacheConfig(CUfunction handle, int) {
  return onFunction(__func__, handle, [](Call&, const Function&) { return CUDA_SUCCESS; });
}
INITIUM_API CUresult cuFuncSetSharedMemConfig(CUfunction handle, int) {
  return onFunction(__func__, handle, [](Call&, const Function&) { return CUDA_SUCCESS; });
}

INITIUM_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, CUfunction handle, int threads, std::size_t shared, unsigned) {
  return onFunction(__func__, handle, [&](Call& call, const Function& function) {
    if (blocks == nullptr || threads < 1) return CUDA_ERROR_INVALID_VALUE;
    *blocks = blocksPerMultiprocessor(call.driver.limits, function, static_cast<std::size_t>(threads), shared);
    return CUDA_SUCCESS;
  });
}
INITIUM_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction function, int threads, std::size_t shared) {
  return cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(blocks, function, threads, shared, 0);
}

// The block with the most resident threads, the largest of equals; the grid that fills the device with it.
INITIUM_API CUresult cuOccupancyMaxPotentialBlockSizeWithFlags(int* grid, int* block, CUfunction handle, CUoccupancyB2DSize sharedOf,
                                                               std::size_t shared, int limit, unsigned) {
  return onFunction(__func__, handle, [&](Call& call, const Function& function) {
    if (grid == nullptr || block == nullptr) return CUDA_ERROR_INVALID_VALUE;
    int most = static_cast<int>(function.kernel->maxThreads), best = 0;
    if (limit > 0) most = std::min(most, limit);
    for (int threads = most; threads > 0; threads = static_cast<int>(roundUp(static_cast<std::size_t>(threads), 32)) - 32) {
      std::size_t dynamic = sharedOf == nullptr ? shared : sharedOf(threads);
      int blocks = blocksPerMultiprocessor(call.driver.limits, function, static_cast<std::size_t>(threads), dynamic);
      if (blocks * threads <= best) continue;
      best = blocks * threads;
      *block = threads;
      *grid = blocks * Limits::multiprocessors;
    }
    return best > 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  });
}
INITIUM_API CUresult cuOccupancyMaxPotentialBlockSize(int* grid, int* block, CUfunction function, CUoccupancyB2DSize sharedOf, std::size_t shared, int limit) {
  return cuOccupancyMaxPotentialBlockSizeWithFlags(grid, block, function, sharedOf, shared, limit, 0);
}

INITIUM_API CUresult cuLaunchKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                                    unsigned shared, CUstream stream, void** parameters, void** extra) {
  return launch(__func__, function, {{gx, gy, gz}, {bx, by, bz}, shared, false}, stream, parameters, extra);
}
INITIUM_API CUresult cuLaunchCooperativeKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                                               unsigned bz, unsigned shared, CUstream stream, void** parameters) {
  return launch(__func__, function, {{gx, gy, gz}, {bx, by, bz}, shared, true}, stream, parameters, nullptr);
}
