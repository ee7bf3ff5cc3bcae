// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <sstream>

namespace initium::soft {

namespace {

constexpr size_t kRange = size_t{1}
                          << 39;  // addresses of a device: never reused, they have to last
constexpr size_t kPage = 4096;
constexpr size_t kGap = 512;  // at least this much belongs to nobody between two allocations

size_t roundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }
uint64_t number(const void* p) { return reinterpret_cast<uint64_t>(p); }
std::byte* bytes(uint64_t address) { return reinterpret_cast<std::byte*>(address); }

}  // namespace

Pages::Pages(size_t size) : size_(roundUp(std::max<size_t>(size, 1), kPage)) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* p = mmap(nullptr, size_, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(p);
}
Pages::~Pages() { munmap(data_, size_); }
void Pages::zero() { madvise(data_, size_, MADV_DONTNEED); }

std::string Allocation::describe() const {
  std::ostringstream out;
  out << "allocation " << id << " '" << what << "' of " << size << " bytes at 0x" << std::hex
      << base;
  out << std::dec << " on " << (onHost() ? "the host" : "device " + std::to_string(device));
  if (state == State::Freed) out << ", freed";
  if (state == State::FreePending) out << ", its free is queued";
  return out.str();
}

Memory::Memory(int devices, size_t budget) : ranges_(devices), budget_(budget) {
  for (Range& range : ranges_) range.pages = std::make_unique<Pages>(kRange);
}

uint64_t Memory::add(uint64_t base, size_t size, int device, const std::string& what, Space space,
                     std::unique_ptr<Pages> pinned) {
  auto& slot = allocations_[base];
  if (slot) past_.push_back(std::move(slot));
  slot.reset(new Allocation{base, size, device, what, space, ++ids_});
  if (device >= 0) slot->written = std::make_unique<Pages>(size);
  slot->races = std::make_unique<RaceShadow>(size);
  slot->pinned = std::move(pinned);
  return base;
}

uint64_t Memory::allocate(int device, size_t size, const std::string& what, size_t align,
                          Space space) {
  std::lock_guard guard(lock_);
  Range& range = ranges_.at(device);
  if (size == 0 || !std::has_single_bit(align) || align > kRange / 4) return 0;
  if (size > budget_ || range.used + range.reserved > budget_ - size) return 0;
  // An odd multiple of the alignment: code that relies on more than it asked for is found out.
  const uint64_t start = number(range.pages->data());
  const uint64_t base = roundUp(start + range.next, std::max(kPage, 2 * align)) + align;
  if (base + size + kGap > start + kRange) return 0;
  range.next = base + size + kGap - start;
  if (space != Space::Const) range.used += size;  // constants are in banks of their own
  range.peak = std::max(range.peak, range.used);
  return add(base, size, device, what, space);
}

uint64_t Memory::allocateHost(size_t size, const std::string& what) {
  if (size == 0 || size > budget_) return 0;
  auto pages = std::make_unique<Pages>(size);
  std::lock_guard guard(lock_);
  const uint64_t base = number(pages->data());
  return add(base, size, -1, what, Space::Host, std::move(pages));
}

bool Memory::registerHost(void* host, size_t size, const std::string& what) {
  std::lock_guard guard(lock_);
  const uint64_t base = number(host);
  if (base == 0 || size == 0) return false;
  for (const auto& [at, a] : allocations_)
    if (a->state != State::Freed && at < base + size && base < at + a->size) return false;
  return add(base, size, -1, what, Space::Registered) != 0;
}

FreeResult Memory::end(uint64_t address, State next, bool registered) {
  std::unique_lock<std::shared_mutex> running;
  if (next == State::Freed) running = std::unique_lock(running_);
  std::lock_guard guard(lock_);
  const auto it = allocations_.find(address);
  if (it == allocations_.end()) return FreeResult::NotFound;
  Allocation& a = *it->second;
  if (registered != (a.space == Space::Registered)) return FreeResult::NotFound;
  if (a.state == State::Freed || a.state == next) return FreeResult::DoubleFree;
  a.state = next;
  if (next != State::Freed) return FreeResult::Ok;
  a.races.reset();
  a.written.reset();
  a.pinned.reset();
  if (a.onHost()) return FreeResult::Ok;
  if (a.space != Space::Const) ranges_[a.device].used -= a.size;
  const uint64_t from = roundUp(a.base, kPage), to = (a.base + a.size) / kPage * kPage;
  if (to > from) madvise(bytes(from), to - from, MADV_DONTNEED);
  return FreeResult::Ok;
}
FreeResult Memory::free(uint64_t address, State next) { return end(address, next, false); }
FreeResult Memory::unregisterHost(void* host) { return end(number(host), State::Freed, true); }

Allocation* Memory::below(uint64_t address) const {
  std::lock_guard guard(lock_);
  auto it = allocations_.upper_bound(address);
  return it == allocations_.begin() ? nullptr : std::prev(it)->second.get();
}

Allocation* Memory::find(uint64_t address) const {
  Allocation* a = below(address);
  return a != nullptr && address - a->base < a->size ? a : nullptr;
}

bool Memory::onDevice(uint64_t address) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const Range& r) { return address - number(r.pages->data()) < kRange; });
}

std::optional<Finding> Memory::check(uint64_t address, size_t n, const char* verb) const {
  if (!onDevice(address)) return {};
  const Allocation* a = below(address);
  std::string what;
  if (a == nullptr || address - a->base >= a->size + kGap) what = "address of no allocation: ";
  else if (a->state == State::Freed) what = "use after free: ";
  else if (!a->contains(address, n)) what = "out of bounds: ";
  else return {};
  what += std::to_string(n) + "-byte " + verb;
  return Finding{Code::IllegalAddress, what, address, a ? "nearest below: " + a->describe() : ""};
}

void Memory::markWritten(const Allocation& a, uint64_t address, size_t n) {
  if (a.written) std::memset(a.written->data() + (address - a.base), 1, n);
}

std::optional<Finding> Memory::copy(uint64_t to, uint64_t from, size_t n) {
  if (n == 0) return {};
  const auto held = hold();
  if (auto finding = check(from, n, "read by a copy")) return finding;
  if (auto finding = check(to, n, "write by a copy")) return finding;
  std::memmove(bytes(to), bytes(from), n);
  const Allocation* source = onDevice(from) ? find(from) : nullptr;
  const Allocation* target = onDevice(to) ? find(to) : nullptr;
  if (source == nullptr) {
    if (target != nullptr) markWritten(*target, to, n);
    return {};
  }
  const std::byte* marks = source->written->data() + (from - source->base);
  if (target != nullptr) {
    std::memmove(target->written->data() + (to - target->base), marks, n);
    return {};
  }
  const void* hole = std::memchr(marks, 0, n);
  if (hole == nullptr) return {};
  const size_t at = static_cast<const std::byte*>(hole) - marks;
  return Finding{Code::LaunchFailed,
                 "read of memory never written: copy of " + std::to_string(n) +
                     " bytes to the host, first at its byte " + std::to_string(at),
                 from + at, source->describe()};
}

std::optional<Finding> Memory::read(void* to, uint64_t from, size_t n) {
  return copy(number(to), from, n);
}
std::optional<Finding> Memory::write(uint64_t to, const void* from, size_t n) {
  return copy(to, number(from), n);
}

std::optional<Finding> Memory::fill(uint64_t to, uint32_t value, int width, size_t count) {
  const size_t n = count * width;
  const auto held = hold();
  if (auto finding = check(to, n, "write by a memset")) return finding;
  for (size_t i = 0; i < n; i += width) std::memcpy(bytes(to + i), &value, width);
  if (onDevice(to) && n != 0) markWritten(*find(to), to, n);
  return {};
}

size_t Memory::used(int device) const {
  std::lock_guard guard(lock_);
  return ranges_[device].used + ranges_[device].reserved;
}

size_t Memory::peak(int device) const {
  std::lock_guard guard(lock_);
  return ranges_[device].peak;
}

void Memory::reserve(int device, long bytes) {
  std::lock_guard guard(lock_);
  ranges_[device].reserved += bytes;
}

void Memory::forgetPeaks() {
  std::lock_guard guard(lock_);
  for (Range& range : ranges_) range.peak = range.used;
}

std::vector<const Allocation*> Memory::live(int device) const {
  std::lock_guard guard(lock_);
  std::vector<const Allocation*> result;
  for (const auto& [base, a] : allocations_)
    if (a->device == device && a->state == State::Live) result.push_back(a.get());
  return result;
}

uint32_t Memory::nextLaunch(uint32_t limit) {
  std::lock_guard guard(lock_);
  if (launch_ == limit) {
    launch_ = 0;
    for (auto& [base, a] : allocations_)
      if (a->races) a->races->coarse.zero(), a->races->fine.zero();
  }
  return ++launch_;
}

}  // namespace initium::soft
