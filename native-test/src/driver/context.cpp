#include "context.h"

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
  if (const char* path = std::getenv("INITIUM_SOFT_REPORT"); path != nullptr && *path != '\0') {
    std::ofstream(path) << driver.counters.report();
  }
  bool leaked = false;
  for (const auto& [kind, count] : driver.live()) {
    if (count == 0) continue;
    leaked = true;
    Findings::get().add("leak at exit: " + std::to_string(count) + " x " + kind);
  }
  for (int device = -1; device < driver.environment.devices; ++device) {
    for (const Allocation* allocation : driver.memory.live(device)) {
      if (asked(*allocation)) Findings::get().add("leak at exit: " + allocation->describe());
    }
  }
  if (leaked && driver.environment.failOnLeaks) {
    std::fflush(nullptr);
    std::_Exit(86);
  }
}

}  // namespace

Limits Limits::of(int major, int minor) {
  if (major >= 9) return {2048, 32, 233472, 232448, 1024};
  if (major == 8 && minor == 0) return {2048, 32, 167936, 166912, 1024};
  if (major == 8) return {1536, 16, 102400, 101376, 1024};
  if (major == 7 && minor == 5) return {1024, 16, 65536, 65536, 0};
  return {2048, 32, 98304, 98304, 0};
}

Driver& Driver::get() {
  static Driver* driver = new Driver;
  return *driver;
}

Driver::Driver() { std::atexit(reportAtExit); }

std::shared_ptr<Context> Driver::makeContext(int device, bool primary, unsigned flags) {
  auto context = std::make_shared<Context>();
  context->device = device;
  context->primary = primary;
  context->flags = flags;
  context->legacy = std::make_shared<Stream>();
  context->legacy->context = context;
  context->legacy->legacy = true;
  contexts.add(context);
  return context;
}

void Driver::end(const std::shared_ptr<Context>& context) {
  engine.drop(*context);
  context->alive = false;
  std::string where = " of device " + std::to_string(context->device);
  auto drop = [&](auto& handles) {
    std::size_t before = handles.size();
    handles.removeIf([&](const auto& object) { return object.context == context; });
    if (std::size_t n = before - handles.size(); n != 0) {
      Findings::get().add("leak as the context" + where + " ends: " + std::to_string(n) + " x " +
                          handles.kind);
    }
  };
  drop(streams);
  drop(events);
  functions.removeIf([&](const Function& f) { return f.module->context == context; });
  drop(modules);
  contexts.removeIf([&](const Context& c) { return &c == context.get(); });
  context->streams.clear();
  context->perThread.clear();
  context->legacy = nullptr;
  bool last = true;
  contexts.removeIf([&](const Context& c) { return last &= c.device != context->device, false; });
  if (!last) return;
  for (const Allocation* allocation : memory.live(context->device)) {
    Findings::get().add("leak as the context" + where + " ends: " + allocation->describe());
    memory.free(allocation->base);
  }
}

std::map<std::string, long> Driver::live() const {
  std::map<std::string, long> live = foreign;
  auto count = [&](const auto& handles) { live[handles.kind] = static_cast<long>(handles.size()); };
  count(contexts);
  count(streams);
  count(events);
  count(modules);
  count(graphs);
  count(execs);
  for (int device = -1; device < environment.devices; ++device) {
    long& n = live[device < 0 ? "host memory" : "memory"];
    for (const Allocation* allocation : memory.live(device)) n += asked(*allocation);
  }
  return live;
}

}  // namespace initium::soft
