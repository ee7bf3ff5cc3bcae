#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <sstream>

namespace initium::soft {

namespace {
constexpr size_t kRange = size_t{1} << 39;  // address space of one device: never reused, so it has to last
constexpr size_t kPage = 4096;
constexpr size_t kGap = 512;                // at least this much belongs to nobody between two allocations
size_t roundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }
}  // namespace

Pages::Pages(size_t size) : size_(roundUp(std::max<size_t>(size, 1), kPage)) {
  void* p = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(p);
}

Pages::~Pages() { munmap(data_, size_); }

void Pages::zero() { madvise(data_, size_, MADV_DONTNEED); }

RaceShadow::RaceShadow(size_t bytes) : coarse(bytes / 4 * 16 + 32), fine(bytes * 16 + 16) {}

std::string Allocation::describe() const {
  std::ostringstream out;
  out << "allocation " << id << " '" << what << "' of " << size << " bytes at 0x" << std::hex << base << std::dec;
  if (device >= 0) out << " on device " << device; else out << " on the host";
  if (state == State::Freed) out << ", freed";
  if (state == State::FreePending) out << ", its free is queued";
  return out.str();
}

Memory::Memory(int devices, size_t budget) : ranges_(devices), budget_(budget) {
  for (Range& range : ranges_) range.pages = std::make_unique<Pages>(kRange);
}

Memory::~Memory() = default;

uint64_t Memory::add(std::unique_ptr<Allocation> a) {
  a->id = ++ids_;
  a->races = std::make_unique<RaceShadow>(a->size);
  const uint64_t base = a->base;
  auto& slot = allocations_[base];
  if (slot) past_.push_back(std::move(slot));
  slot = std::move(a);
  return base;
}

uint64_t Memory::allocate(int device, size_t size, std::string what, size_t align, Space space) {
  std::lock_guard guard(lock_);
  if (size_t(device) >= ranges_.size() || size == 0 || !std::has_single_bit(align) || align > kRange / 4) return 0;
  Range& range = ranges_[device];
  if (size > budget_ || range.used > budget_ - size) return 0;
  // An odd multiple of the alignment: code that relies on more than it asked for is found out.
  const uint64_t start = reinterpret_cast<uint64_t>(range.pages->data());
  const uint64_t base = roundUp(start + range.next, std::max(kPage, 2 * align)) + align;
  if (base + size + kGap > start + kRange) return 0;
  range.next = base + size + kGap - start;
  range.used += size;
  auto a = std::make_unique<Allocation>();
  a->base = base;
  a->size = size;
  a->device = device;
  a->what = std::move(what);
  a->space = space;
  a->host = reinterpret_cast<std::byte*>(base);
  a->written = std::make_unique<Pages>(size);
  return add(std::move(a));
}

uint64_t Memory::allocateHost(size_t size, std::string what) {
  if (size == 0 || size > budget_) return 0;
  void* p = mmap(nullptr, roundUp(size, kPage), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return 0;
  std::lock_guard guard(lock_);
  auto a = std::make_unique<Allocation>();
  a->base = reinterpret_cast<uint64_t>(p);
  a->size = size;
  a->device = -1;
  a->what = std::move(what);
  a->space = Space::Host;
  a->host = static_cast<std::byte*>(p);
  return add(std::move(a));
}

bool Memory::registerHost(void* host, size_t size, std::string what) {
  std::lock_guard guard(lock_);
  const uint64_t base = reinterpret_cast<uint64_t>(host);
  if (base == 0 || size == 0) return false;
  for (auto it = allocations_.begin(); it != allocations_.end() && it->first < base + size; ++it)
    if (it->second->state != State::Freed && it->first + it->second->size > base) return false;
  auto a = std::make_unique<Allocation>();
  a->base = base;
  a->size = size;
  a->device = -1;
  a->what = "registered " + std::move(what);
  a->space = Space::Host;
  a->host = static_cast<std::byte*>(host);
  add(std::move(a));
  return true;
}

FreeResult Memory::end(uint64_t address, State next, bool registered) {
  std::unique_lock<std::shared_mutex> running;
  if (next == State::Freed) running = std::unique_lock(running_);
  std::lock_guard guard(lock_);
  const auto it = allocations_.find(address);
  if (it == allocations_.end()) return FreeResult::NotFound;
  Allocation& a = *it->second;
  const bool own = a.what.rfind("registered ", 0) != 0 || a.device >= 0;
  if (registered == own) return FreeResult::NotFound;
  if (a.state == State::Freed || a.state == next) return FreeResult::DoubleFree;
  a.state = next;
  if (next != State::Freed) return FreeResult::Ok;
  a.races.reset();
  a.written.reset();
  if (a.device >= 0) {
    ranges_[a.device].used -= a.size;
    const uint64_t from = roundUp(a.base, kPage), to = (a.base + a.size) / kPage * kPage;
    if (to > from) madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  } else if (own) {
    munmap(a.host, roundUp(a.size, kPage));
  }
  return FreeResult::Ok;
}

FreeResult Memory::free(uint64_t address) { return end(address, State::Freed, false); }
FreeResult Memory::freePending(uint64_t address) { return end(address, State::FreePending, false); }
FreeResult Memory::unregisterHost(void* host) { return end(reinterpret_cast<uint64_t>(host), State::Freed, true); }

Allocation* Memory::below(uint64_t address) const {
  std::lock_guard guard(lock_);
  auto it = allocations_.upper_bound(address);
  return it == allocations_.begin() ? nullptr : std::prev(it)->second.get();
}

Allocation* Memory::find(uint64_t address) const {
  Allocation* a = below(address);
  return a != nullptr && address - a->base < a->size ? a : nullptr;
}

std::optional<Finding> Memory::check(uint64_t address, size_t n, const char* verb, int device) const {
  if (n == 0) return {};
  const Allocation* a = below(address);
  std::string what;
  const std::string size = std::to_string(n) + "-byte " + verb;
  if (a == nullptr || address - a->base >= a->size + kGap) what = "address of no allocation: " + size;
  else if (a->state == State::Freed) what = "use after free: " + size;
  else if (!a->contains(address, n)) what = "out of bounds: " + size;
  else if (device >= 0 && a->device >= 0 && a->device != device) what = "memory of another device: " + size + " from device " + std::to_string(device);
  else return {};
  return Finding{Code::IllegalAddress, what, "", 0, {}, {}, address, a == nullptr ? "" : "nearest below: " + a->describe()};
}

std::optional<Finding> Memory::read(void* to, uint64_t from, size_t n, int device) {
  if (auto finding = check(from, n, "read by a copy", device)) return finding;
  if (n == 0) return {};
  const Allocation* a = find(from);
  std::memcpy(to, a->host + (from - a->base), n);
  if (a->written == nullptr) return {};
  const std::byte* marks = a->written->data() + (from - a->base);
  if (const void* hole = std::memchr(marks, 0, n)) {
    const uint64_t at = from + (static_cast<const std::byte*>(hole) - marks);
    return Finding{Code::LaunchFailed, "read of memory never written: copy of " + std::to_string(n) + " bytes to the host, first at its byte " + std::to_string(at - from), "", 0, {}, {}, at, a->describe()};
  }
  return {};
}

std::optional<Finding> Memory::markWritten(uint64_t address, size_t n) {
  if (auto finding = check(address, n, "write by a library")) return finding;
  if (n == 0) return {};
  Allocation* a = find(address);
  if (a->written) std::memset(a->written->data() + (address - a->base), 1, n);
  return {};
}

std::optional<Finding> Memory::write(uint64_t to, const void* from, size_t n, int device) {
  if (auto finding = check(to, n, "write by a copy", device)) return finding;
  if (n != 0) std::memmove(reinterpret_cast<void*>(to), from, n);
  return markWritten(to, n);
}

std::optional<Finding> Memory::copy(uint64_t to, uint64_t from, size_t n) {
  if (auto finding = check(from, n, "read by a copy")) return finding;
  if (auto finding = check(to, n, "write by a copy")) return finding;
  if (n == 0) return {};
  Allocation *source = find(from), *target = find(to);
  std::memmove(reinterpret_cast<void*>(to), reinterpret_cast<void*>(from), n);
  if (target->written == nullptr) return {};
  std::byte* marks = target->written->data() + (to - target->base);
  if (source->written) std::memmove(marks, source->written->data() + (from - source->base), n);
  else std::memset(marks, 1, n);
  return {};
}

std::optional<Finding> Memory::fill(uint64_t to, uint32_t value, int width, size_t count, int device) {
  const size_t n = count * width;
  if (to % width != 0) return Finding{Code::InvalidValue, "memset of an address not aligned to its width of " + std::to_string(width), "", 0, {}, {}, to, ""};
  if (auto finding = check(to, n, "write by a memset", device)) return finding;
  auto* bytes = reinterpret_cast<std::byte*>(to);
  if (width == 1) std::memset(bytes, int(value), n);
  else for (size_t i = 0; i < count; i++) std::memcpy(bytes + i * width, &value, width);
  return markWritten(to, n);
}

size_t Memory::used(int device) const {
  std::lock_guard guard(lock_);
  return ranges_[device].used;
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
      if (a->races) {
        a->races->coarse.zero();
        a->races->fine.zero();
      }
  }
  return ++launch_;
}

}  // namespace initium::soft
