// SPDX-License-Identifier: Apache-2.0
// The memory of the software devices: allocations with, for every byte, whether it was ever
// written, and, for kernels, who touched it last. A device address is the host address of its
// backing store; every device has a range that is never handed out twice, so a stale address is
// always found out.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "finding.h"

namespace initium::soft {

enum class Space { Global, Host, Registered, Const };  // Host: pinned memory of our own
enum class State { Live, FreePending, Freed };
enum class FreeResult { Ok, NotFound, DoubleFree };

// Memory of the operating system, zero until touched, given back at the end.
class Pages {
 public:
  explicit Pages(size_t size);
  ~Pages();
  Pages(const Pages&) = delete;
  std::byte* data() const { return data_; }
  void zero();  // drops the contents and their cost

 private:
  std::byte* data_;
  size_t size_;
};

// Last writer and readers of each granule: a word; or a byte, once an access narrower than a word
// was seen.
struct RaceShadow {
  explicit RaceShadow(size_t bytes) : coarse(bytes / 4 * 16 + 32), fine(bytes * 16 + 16) {}
  Pages coarse, fine;
  std::atomic<bool> narrow{false};
};

struct Allocation {
  uint64_t base = 0;
  size_t size = 0;
  int device = 0;  // -1: host memory
  std::string what;
  Space space = Space::Global;
  uint64_t id = 0;
  std::atomic<State> state{State::Live};
  std::unique_ptr<Pages> written{};  // a byte for each, not zero: written. None for host memory
  std::unique_ptr<RaceShadow> races{};
  std::unique_ptr<Pages> pinned{};  // the bytes of Space::Host

  bool onHost() const { return device < 0; }
  bool contains(uint64_t address, size_t n) const {
    return address >= base && address - base <= size && n <= size - (address - base);
  }
  std::string describe() const;
};

class Memory {
 public:
  // budget: the bytes that live allocations of one device may have in total.
  Memory(int devices, size_t budget);

  // 0 when over the budget (or when size is 0). The alignment is what was asked for and no more.
  uint64_t allocate(int device, size_t size, const std::string& what, size_t align = 256,
                    Space space = Space::Global);
  uint64_t allocateHost(size_t size, const std::string& what);  // pinned; counts as written
  // false when it overlaps registered memory
  bool registerHost(void* host, size_t size, const std::string& what);

  // The exact base. Freed: waits for a running kernel. FreePending: not to be used by new work, not
  // yet free.
  FreeResult free(uint64_t address, State next = State::Freed);
  FreeResult unregisterHost(void* host);

  // The allocation that holds the address, live or not; else nullptr. Lives as long as Memory.
  Allocation* find(uint64_t address) const;
  // The nearest one below, to say what an out-of-bounds access overran; else nullptr.
  Allocation* below(uint64_t address) const;

  // Checked where an address is a device's. The "written" marks travel with the bytes; to the host,
  // a byte that was never written is a finding.
  std::optional<Finding> copy(uint64_t to, uint64_t from, size_t n);
  std::optional<Finding> read(void* to, uint64_t from, size_t n);
  std::optional<Finding> write(uint64_t to, const void* from, size_t n);
  // width: bytes of one element, 1, 2 or 4
  std::optional<Finding> fill(uint64_t to, uint32_t value, int width, size_t count);
  void markWritten(const Allocation&, uint64_t address, size_t n);

  size_t budget() const { return budget_; }
  size_t used(int device) const;
  size_t peak(int device) const;  // the most that was in use since the start or the last forgetPeaks
  void forgetPeaks();
  void reserve(int device, long bytes);  // counts as used, though no allocation has it
  std::vector<const Allocation*> live(int device) const;  // host: -1

  // Held by a running kernel: no memory is unmapped meanwhile.
  std::shared_lock<std::shared_mutex> hold() { return std::shared_lock(running_); }
  // The number of a launch for race records; 1..limit, all records go before it starts over.
  uint32_t nextLaunch(uint32_t limit);

 private:
  struct Range {
    std::unique_ptr<Pages> pages;
    size_t next = 0, used = 0, peak = 0, reserved = 0;
  };
  uint64_t add(uint64_t base, size_t size, int device, const std::string& what, Space,
               std::unique_ptr<Pages> pinned = nullptr);
  FreeResult end(uint64_t address, State, bool registered);
  std::optional<Finding> check(uint64_t address, size_t n, const char* verb) const;
  bool onDevice(uint64_t address) const;

  mutable std::mutex lock_;
  std::shared_mutex running_;
  std::vector<Range> ranges_;
  std::map<uint64_t, std::unique_ptr<Allocation>> allocations_;  // by base
  std::vector<std::unique_ptr<Allocation>> past_;                // whose host address came back
  size_t budget_;
  uint64_t ids_ = 0;
  uint32_t launch_ = 0;
};

}  // namespace initium::soft
