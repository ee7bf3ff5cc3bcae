// SPDX-License-Identifier: Apache-2.0
// Functions, occupancy and launches.
#include <algorithm>
#include <cstring>

#include "entry.h"

using namespace initium::soft;

namespace {

constexpr int kRegisters = 32;  // of a thread: so many that they limit no occupancy

size_t roundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

int blocksPerMultiprocessor(const LoadedFunction& f, size_t threads, size_t dynamic) {
  if (threads == 0 || threads > f.kernel->maxThreads || dynamic > f.maxDynamicShared) return 0;
  const size_t warps = roundUp(threads, 32),
               shared = f.kernel->sharedBytes + dynamic + Limits::sharedReserved;
  return int(
      std::min({size_t(Limits::blocksPerMultiprocessor), Limits::threadsPerMultiprocessor / warps,
                Limits::sharedPerMultiprocessor / roundUp(shared, 128)}));
}

// The parameters as they are now: the caller may change them as soon as the launch returns.
std::vector<std::byte> copyParameters(const Call& call, const Kernel& k, void** each,
                                      void** extra) {
  const auto refuse = [&](const std::string& why) { call.refuse("kernel " + k.name + ": " + why); };
  if (each != nullptr && extra != nullptr) refuse("both kernelParams and extra are given");
  std::vector<std::byte> block(k.paramBytes);
  if (extra != nullptr) {  // 1: buffer, 2: its size, 0: end
    const auto* buffer = static_cast<const std::byte*>(nullptr);
    size_t size = 0;
    for (; extra[0] != nullptr; extra += 2) {
      if (reinterpret_cast<uintptr_t>(extra[0]) == 1) buffer = static_cast<std::byte*>(extra[1]);
      if (reinterpret_cast<uintptr_t>(extra[0]) == 2) size = *static_cast<size_t*>(extra[1]);
    }
    if (size != k.paramBytes || (buffer == nullptr && size != 0))
      refuse("the parameter block has " + std::to_string(size) + " bytes, its parameters take " +
             std::to_string(k.paramBytes));
    std::copy_n(buffer, size, block.data());
    return block;
  }
  for (size_t i = 0; i < k.parameters.size(); i++) {
    if (each == nullptr || each[i] == nullptr)
      refuse("parameter " + std::to_string(i) + " is null");
    std::memcpy(block.data() + k.parameters[i].offset, each[i], k.parameters[i].size);
  }
  return block;
}

// Pinned memory that a parameter points to.
std::vector<HostRange> pinned(const Memory& memory, const std::vector<std::byte>& block) {
  std::vector<HostRange> ranges;
  for (size_t at = 0; at + 8 <= block.size(); at += 8) {
    uint64_t address;
    std::memcpy(&address, block.data() + at, 8);
    const Allocation* a = memory.find(address);
    if (a != nullptr && a->onHost()) ranges.push_back({a->base, a->size});
  }
  return ranges;
}

CUresult launch(const char* name, CUfunction handle, LaunchConfig config, CUstream streamHandle,
                void** each, void** extra) {
  return entry(name, Needs::Context, [&](Call& call) {
    const auto f = call.find(call.driver.functions, handle);
    const Kernel& kernel = *f->kernel;
    const std::string what = "kernel " + kernel.name;
    const StreamPtr stream = call.ownStream(streamHandle);
    if (f->module->context != call.context)
      call.refuse("the function belongs to a context that is not current",
                  CUDA_ERROR_INVALID_HANDLE);
    if (const auto no = refusal(kernel, config))
      call.refuse(what + ": " + no->what, CUresult(no->code));
    if (config.dynamicShared > f->maxDynamicShared)
      call.refuse(what + ": more dynamic shared memory than it may use; see cuFuncSetAttribute");
    const uint64_t resident =
        uint64_t(Limits::multiprocessors) *
        blocksPerMultiprocessor(*f, config.block.count(), config.dynamicShared);
    if (config.cooperative && config.grid.count() > resident)
      call.refuse(what + ": more blocks than fit on the device at once",
                  CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE);
    std::vector<std::byte> block = copyParameters(call, kernel, each, extra);
    std::vector<HostRange> touched = pinned(call.driver.memory, block);
    config.workers = call.driver.environment.workers;
    // The body holds the module: one that is unloaded while its kernel is queued is still there.
    const auto body = [&driver = call.driver, f, config, block = std::move(block)]() mutable {
      config.params = block.data();
      config.seed = driver.engine.seed();
      return initium::soft::launch(*f->kernel, config, driver.memory, driver.counters);
    };
    call.submit(stream, {what, body, std::move(touched)});
  });
}

}  // namespace

INITIUM_API CUresult cuFuncGetAttribute(int* value, int attribute, CUfunction handle) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto f = call.find(call.driver.functions, handle);
    const Kernel& k = *f->kernel;
    // threads, shared, constant and local memory, registers, versions of PTX and binary, caching,
    // dynamic shared memory, preferred carveout
    const int version = call.driver.environment.capability;
    const int values[] = {int(k.maxThreads),
                          int(k.sharedBytes),
                          0,
                          int(k.localBytes),
                          kRegisters,
                          version,
                          version,
                          0,
                          int(f->maxDynamicShared),
                          -1};
    require(attribute >= 0 && attribute < int(std::size(values)));
    out(value) = values[attribute];
  });
}
INITIUM_API CUresult cuFuncSetAttribute(CUfunction handle, int attribute, int value) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto f = call.find(call.driver.functions, handle);
    if (attribute == 9 && value >= -1 && value <= 100) return;  // preferred carveout
    const size_t most = Limits::sharedPerBlockOptin;
    require(attribute == 8 && value >= 0 && size_t(value) + f->kernel->sharedBytes <= most);
    f->maxDynamicShared = size_t(value);
  });
}

INITIUM_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks,
                                                                          CUfunction handle,
                                                                          int threads,
                                                                          size_t shared, unsigned) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto f = call.find(call.driver.functions, handle);
    require(threads > 0);
    out(blocks) = blocksPerMultiprocessor(*f, size_t(threads), shared);
  });
}
INITIUM_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction f,
                                                                 int threads, size_t shared) {
  return cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(blocks, f, threads, shared, 0);
}
// The block with the most resident threads, the largest of equals; the grid that fills the device.
INITIUM_API CUresult cuOccupancyMaxPotentialBlockSizeWithFlags(int* grid, int* block,
                                                               CUfunction handle,
                                                               CUoccupancyB2DSize sharedOf,
                                                               size_t shared, int limit, unsigned) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto f = call.find(call.driver.functions, handle);
    int threads = int(f->kernel->maxThreads), best = 0;
    if (limit > 0) threads = std::min(threads, limit);
    for (; threads > 0; threads = (threads - 1) / 32 * 32) {
      const size_t dynamic = sharedOf == nullptr ? shared : sharedOf(threads);
      const int n = blocksPerMultiprocessor(*f, size_t(threads), dynamic);
      if (n * threads <= best) continue;
      best = n * threads;
      out(block) = threads;
      out(grid) = n * Limits::multiprocessors;
    }
    require(best > 0);
  });
}
INITIUM_API CUresult cuOccupancyMaxPotentialBlockSize(int* grid, int* block, CUfunction f,
                                                      CUoccupancyB2DSize sharedOf, size_t shared,
                                                      int limit) {
  return cuOccupancyMaxPotentialBlockSizeWithFlags(grid, block, f, sharedOf, shared, limit, 0);
}

INITIUM_API CUresult cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz,
                                    unsigned bx, unsigned by, unsigned bz, unsigned shared,
                                    CUstream stream, void** parameters, void** extra) {
  const LaunchConfig config{{gx, gy, gz}, {bx, by, bz}, shared};
  return launch(__func__, f, config, stream, parameters, extra);
}
INITIUM_API CUresult cuLaunchCooperativeKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz,
                                               unsigned bx, unsigned by, unsigned bz,
                                               unsigned shared, CUstream stream,
                                               void** parameters) {
  LaunchConfig config{{gx, gy, gz}, {bx, by, bz}, shared};
  config.cooperative = true;
  return launch(__func__, f, config, stream, parameters, nullptr);
}
