// SPDX-License-Identifier: Apache-2.0
#include "driver.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "findings.h"

namespace initium::soft {

namespace {

// Memory that the program asked for; a module's variables belong to the module.
bool asked(const Allocation& allocation) { return allocation.what.rfind("cuMem", 0) == 0; }

void reportAtExit() {
  Driver& driver = Driver::get();
  // A thread that is still inside a call holds the lock, and may hold it for ever.
  Lock lock(driver.mutex, std::try_to_lock);
  if (!lock.owns_lock()) return;
  const std::string& path = driver.environment.report;
  if (!path.empty()) std::ofstream(path) << driver.counters.report();
  for (const auto& [kind, count] : driver.live())
    if (count != 0) Findings::get().add("leak at exit: " + std::to_string(count) + " x " + kind);
  for (int device = -1; device < driver.environment.devices; device++)
    for (const Allocation* a : driver.memory.live(device))
      if (asked(*a)) Findings::get().add("leak at exit: " + a->describe());
}

}  // namespace

Driver& Driver::get() {
  static Driver* driver = new Driver;
  return *driver;
}

Driver::Driver() { std::atexit(reportAtExit); }

ContextPtr Driver::makeContext(int device) {
  auto context = std::make_shared<Context>();
  context->device = device;
  context->legacy = std::make_shared<Stream>();
  context->legacy->context = context;
  context->legacy->legacy = true;
  contexts.add(context);
  return context;
}

void Driver::end(const ContextPtr& context) {
  engine.drop(*context);
  context->alive = false;
  const std::string leak =
      "leak as the context of device " + std::to_string(context->device) + " ends: ";
  const auto drop = [&](auto& handles) {
    const size_t n =
        handles.removeIf([&](const auto& object) { return object.context == context; });
    if (n != 0) Findings::get().add(leak + std::to_string(n) + " x " + handles.kind);
  };
  drop(streams);
  drop(events);
  functions.removeIf([&](const LoadedFunction& f) { return f.module->context == context; });
  drop(modules);
  context->streams.clear();
  context->legacy = nullptr;
  contexts.removeIf([&](const Context& c) { return &c == context.get(); });
  for (const Allocation* allocation : memory.live(context->device)) {
    Findings::get().add(leak + allocation->describe());
    memory.free(allocation->base);
  }
}

void Driver::trim(Pool& pool, uint64_t keep) {
  const size_t least = pool.live > keep ? 0 : size_t(std::min<uint64_t>(keep - pool.live, pool.kept));
  memory.reserve(pool.device, -long(pool.kept - least));
  pool.kept = least;
}

void Driver::releasePools(int device) {
  pools.each([&](Pool& pool) {
    if (pool.device == device) trim(pool, pool.threshold);
  });
}

std::map<std::string, long> Driver::live() const {
  std::map<std::string, long> live;
  const auto count = [&](const auto&... handles) {
    ((live[handles.kind] = long(handles.size())), ...);
  };
  count(contexts, streams, events, modules, graphs, execs, pools);
  for (const auto& [handle, kind] : foreign) live[kind]++;
  for (int device = -1; device < environment.devices; device++)
    for (const Allocation* a : memory.live(device))
      live[device < 0 ? "host memory" : "memory"] += asked(*a);
  return live;
}

}  // namespace initium::soft
