// Runs a grid: blocks over worker threads; in a block one warp after the other, each until it waits or ends; in a warp
// the group of lanes with the lowest pc first, so that lanes that parted meet again.
#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <list>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>

#include "lanes.h"
#include "warp.h"

namespace initium::soft {

namespace {

constexpr int kSlice = 200'000;  // warp instructions before someone else gets a turn: who spins must not starve whom it waits for
constexpr uint32_t kLaunches = (1u << 14) - 1;
constexpr size_t kMaxShared = size_t{64} << 10;

using Clock = std::chrono::steady_clock;

Clock::duration timeout() {
  const char* seconds = std::getenv("INITIUM_SOFT_TIMEOUT");
  return std::chrono::seconds(seconds == nullptr ? 600 : std::max(1, std::atoi(seconds)));
}

// A permutation of 0..n-1 without a table.
struct Order {
  uint64_t n, step = 1, start = 0;
  Order(uint64_t count, uint64_t seed) : n(count) {
    if (seed == 0 || n < 2) return;
    std::mt19937_64 random(seed);
    start = random() % n;
    do step = random() % n; while (std::gcd(step, n) != 1);
  }
  uint64_t operator[](uint64_t i) const { return (uint64_t((unsigned __int128)i * step % n) + start) % n; }
};

class Worker {
 public:
  Worker(const Launch& launch, std::atomic<uint64_t>& next, const Order& order, std::atomic<bool>& stop)
      : launch_(launch), program_(launch.program), next_(next), order_(order), stop_(stop), executed_(program_.code.size()), deadline_(Clock::now() + timeout()) {}

  std::optional<Finding> run(uint64_t resident) {
    std::list<Block> blocks;  // outlives a fault, whose report reads the warp's place
    try {
      for (;;) {
        while (blocks.size() < resident) {
          const uint64_t k = next_.fetch_add(1);
          if (k >= order_.n) break;
          start(blocks.emplace_back(), order_[k]);
        }
        if (blocks.empty() || stop_) return {};
        for (auto b = blocks.begin(); b != blocks.end();) {
          const bool done = step(*b);
          if (done && b->sharedTags != nullptr) freeTags_.push_back(b->sharedTags);
          b = done ? blocks.erase(b) : std::next(b);
        }
      }
    } catch (const Fault& f) {
      const Dim3 size = launch_.config.block;
      const uint32_t t = warp_->thread(f.lane);
      return Finding{f.code, f.what, launch_.kernel.name, program_.code[pc_].line, warp_->block->id, Dim3{t % size.x, t / size.x % size.y, t / size.x / size.y}, f.address, f.allocation};
    }
  }

  KernelCount count() const {
    KernelCount c = count_;
    for (size_t i = 0; i < executed_.size(); i++) {
      const Instr& instr = program_.code[i];
      c.instructions += executed_[i];
      c.byClass[size_t(instr.cls)] += executed_[i];
      if (instr.approx) c.approx += executed_[i];
    }
    return c;
  }

 private:
  void start(Block& b, uint64_t number) {
    const Dim3 grid = launch_.config.grid;
    b.number = number;
    b.id = {uint32_t(number % grid.x), uint32_t(number / grid.x % grid.y), uint32_t(number / grid.x / grid.y)};
    b.serial = ++serial_;
    if (launch_.sharedBytes != 0) {
      if (freeTags_.empty()) freeTags_.push_back(reinterpret_cast<uint64_t*>(tags_.emplace_back(launch_.sharedBytes * 16).data()));
      b.sharedTags = freeTags_.back();
      freeTags_.pop_back();
      b.shared.reset(launch_.sharedBytes);
    }
    const uint64_t threads = launch_.config.block.count();
    b.warps.resize((threads + kLanes - 1) / kLanes);
    for (uint32_t k = 0; k < b.warps.size(); k++) {
      Warp& w = b.warps[k];
      w.launch = &launch_;
      w.block = &b;
      w.index = k;
      const uint64_t lanes = std::min<uint64_t>(kLanes, threads - uint64_t{k} * kLanes);
      w.live = lanes == kLanes ? kAll : (Mask{1} << lanes) - 1;
    }
    count_.threads += threads;
  }

  // Every warp once. True when the block is done.
  bool step(Block& b) {
    const Order order(b.warps.size(), launch_.config.seed == 0 ? 0 : launch_.config.seed + b.number + 1);
    bool runnable = false;
    for (uint64_t k = 0; k < order.n; k++) {
      Warp& w = b.warps[order[k]];
      if (w.runnable() == 0) continue;
      if (w.file.empty()) dress(w);
      run(w);
      if (w.live == 0) undress(w);
      runnable |= w.runnable() != 0;
      if (stop_) return false;
    }
    if (runnable) {
      if (Clock::now() > deadline_) throw Fault{Code::Timeout, "the kernel ran into the time limit (INITIUM_SOFT_TIMEOUT, in seconds)", 0};
      return false;
    }
    if (std::all_of(b.warps.begin(), b.warps.end(), [](const Warp& w) { return w.live == 0; })) return true;
    release(b);
    return false;
  }

  // Registers and local memory are lent to a warp while it lives, so that a kernel without barriers uses one set, hot in the cache.
  void dress(Warp& w) {
    if (files_.empty()) {
      std::vector<uint64_t> file(size_t{program_.slots} * kLanes + 1, 0xA5A5A5A5A5A5A5A5);
      const size_t first = size_t{program_.slots} - program_.constants.size();
      for (size_t c = 0; c < program_.constants.size(); c++) std::fill_n(file.begin() + long((first + c) * kLanes), kLanes, program_.constants[c]);
      files_.push_back(std::move(file));
    }
    w.file = std::move(files_.back());
    files_.pop_back();
    if (program_.localBytes != 0) {
      if (!locals_.empty()) {
        w.local = std::move(locals_.back());
        locals_.pop_back();
      }
      w.local.reset(program_.localBytes * kLanes);
    }
    for (const auto& [slot, special] : program_.specials) {
      uint64_t* v = w.slot(slot);
      for (int l = 0; l < kLanes; l++) v[l] = value(special, w, l);
    }
  }
  void undress(Warp& w) {
    files_.push_back(std::move(w.file));
    w.file.clear();
    if (program_.localBytes != 0) locals_.push_back(std::move(w.local));
    count_.bytesRead += w.bytesRead;
    count_.bytesWritten += w.bytesWritten;
  }

  uint64_t value(Special s, const Warp& w, int lane) const {
    const Dim3 block = launch_.config.block, grid = launch_.config.grid, id = w.block->id;
    const uint32_t t = w.thread(lane);
    const Mask below = (Mask{1} << lane) - 1, self = Mask{1} << lane;
    switch (s) {
      case Special::TidX: return t % block.x;
      case Special::TidY: return t / block.x % block.y;
      case Special::TidZ: return t / block.x / block.y;
      case Special::NtidX: return block.x;
      case Special::NtidY: return block.y;
      case Special::NtidZ: return block.z;
      case Special::CtaidX: return id.x;
      case Special::CtaidY: return id.y;
      case Special::CtaidZ: return id.z;
      case Special::NctaidX: return grid.x;
      case Special::NctaidY: return grid.y;
      case Special::NctaidZ: return grid.z;
      case Special::LaneId: return uint64_t(lane);
      case Special::WarpId: return w.index;
      case Special::NwarpId: return w.block->warps.size();
      case Special::SmId: return 0;
      case Special::NsmId: return 1;
      case Special::GridId: return launch_.number;
      case Special::MaskEq: return self;
      case Special::MaskLt: return below;
      case Special::MaskLe: return below | self;
      case Special::MaskGt: return Mask(~(below | self));
      case Special::MaskGe: return Mask(~below);
      case Special::DynamicShared: return launch_.config.dynamicShared;
      case Special::TotalShared: return launch_.sharedBytes;
      case Special::Zero: return 0;
    }
    return 0;
  }

  static void park(Warp& w, Mask m, uint32_t pc) { each(m, [&](int l) { w.pc[l] = pc; }); }

  struct Group {
    Mask lanes = 0;
    uint32_t pc = 0, stop = ~0u;  // stop: where the nearest others wait to be joined
  };
  Group pick(Warp& w) {
    const Mask runnable = w.runnable();
    Group g;
    g.pc = ~0u;
    each(runnable, [&](int l) { g.pc = std::min(g.pc, w.pc[l]); });
    if (w.fair) {  // after a slice: someone else's turn, whatever the pc
      w.fair = false;
      while (!(runnable >> ++w.turn % kLanes & 1)) {}
      g.pc = w.pc[w.turn % kLanes];
    }
    each(runnable, [&](int l) {
      if (w.pc[l] == g.pc) g.lanes |= Mask{1} << l;
      else if (w.pc[l] > g.pc) g.stop = std::min(g.stop, w.pc[l]);
    });
    return g;
  }

  // Until every lane waits or has left, or the slice is used up.
  void run(Warp& w) {
    const Instr* code = program_.code.data();
    warp_ = &w;
    int budget = kSlice;
    while (w.runnable() != 0) {
      auto [lanes, pc, stop] = pick(w);
      for (;;) {
        if (pc >= stop || --budget < 0) {
          park(w, lanes, pc);
          break;
        }
        const Instr& i = code[pc];
        pc_ = pc;
        Mask m = lanes;
        if (i.guard != kNone) {
          const auto p = Mask(*w.slot(i.guard));
          m &= i.guardNegated ? ~p : p;
          if (m == 0) {
            pc++;
            continue;
          }
        }
        executed_[pc] += unsigned(std::popcount(m));
        if (i.flow == Flow::Next) {
          i.run(w, i, m);
          pc++;
        } else if (i.flow == Flow::Branch) {
          const auto to = uint32_t(i.imm);
          if (m == lanes) {
            pc = to;
            if (pc < stop) continue;
            park(w, lanes, pc);
            break;
          }
          park(w, lanes & ~m, pc + 1);
          park(w, m, to);
          break;
        } else if (wait(w, i, lanes, m, pc)) {
          break;
        } else pc++;
      }
      if (budget < 0) {
        w.fair = true;
        return;
      }
    }
  }

  // The rarer flows, with the lanes m of a group. True: the group is no longer one.
  bool wait(Warp& w, const Instr& i, Mask lanes, Mask m, uint32_t pc) {
    switch (i.flow) {
      case Flow::Exit:
        park(w, lanes & ~m, pc + 1);
        w.live &= ~m;
        w.waiting = 0;  // who waited for a lane that left looks again
        return true;
      case Flow::Table: {
        const auto& table = program_.tables[size_t(i.imm)];
        const uint64_t* index = w.slot(i.op[0]);
        park(w, lanes & ~m, pc + 1);
        each(m, [&](int l) {
          if (index[l] >= table.size()) throw Fault{Code::IllegalInstruction, "brx.idx: index " + std::to_string(index[l]) + " of a table of " + std::to_string(table.size()), l};
          w.pc[l] = table[index[l]];
        });
        return true;
      }
      case Flow::Arrive:
        each(m, [&](int l) { w.block->arrived[barrierOf(w, i, l)]++; });
        return false;
      case Flow::Barrier:
        park(w, lanes & ~m, pc + 1);
        park(w, m, pc);
        w.atBarrier |= m;
        return true;
      default: break;  // Converge
    }
    Mask here = m, done = 0;
    each(w.waiting, [&](int l) { if (w.pc[l] == pc) here |= Mask{1} << l; });
    const uint64_t* members = w.slot(i.op[i.member]);
    each(m, [&](int l) {
      const Mask named = Mask(members[l]) & w.live;
      if (!(named >> l & 1)) throw Fault{Code::LaunchFailed, "the member mask does not name the lane that executes the instruction", l};
      if ((done >> l & 1) || (here & named) != named) return;
      i.run(w, i, named);
      done |= named;
    });
    if (done == lanes) return false;
    park(w, done | (lanes & ~m), pc + 1);
    park(w, m & ~done, pc);
    w.waiting = (w.waiting | m) & ~done;
    return true;
  }

  static int barrierOf(Warp& w, const Instr& i, int lane) {
    const uint64_t id = w.slot(i.op[1])[lane];
    if (id > 15) throw Fault{Code::LaunchFailed, "barrier number " + std::to_string(id) + " is not in 0..15", lane};
    return int(id);
  }

  // Nobody in the block can go on: barriers that are complete open; none is: the block would hang.
  void release(Block& b) {
    struct Bar {
      uint64_t waiting = 0, expected = 0, yes = 0;
      uint32_t pc = ~0u;
      bool differ = false;
    } bars[16];
    uint64_t live = 0;
    const auto waiting = [&](auto f) {
      for (Warp& w : b.warps)
        each(w.atBarrier, [&](int l) {
          warp_ = &w;
          pc_ = w.pc[l];
          const Instr& i = program_.code[pc_];
          f(w, i, l, bars[barrierOf(w, i, l)]);
        });
    };
    for (const Warp& w : b.warps) live += unsigned(std::popcount(w.live));
    waiting([&](Warp& w, const Instr& i, int l, Bar& bar) {
      bar.waiting++;
      if (i.op[2] != kNone) bar.expected = w.slot(i.op[2])[l];
      if (bar.expected % kLanes != 0) throw Fault{Code::LaunchFailed, "the thread count of a barrier is not a multiple of 32", l};
      if (i.flags != 0) bar.yes += Mask(*w.slot(i.op[3])) >> l & 1;
      bar.differ |= bar.pc != ~0u && bar.pc != pc_;
      bar.pc = pc_;
    });
    const uint64_t threads = launch_.config.block.count();
    bool open[16] = {}, any = false;
    for (int id = 0; id < 16; id++) {
      const Bar& bar = bars[id];
      if (bar.waiting == 0) continue;
      open[id] = bar.expected != 0 ? bar.waiting + b.arrived[id] >= bar.expected : bar.waiting == threads && !bar.differ;
      any |= open[id];
    }
    if (!any) stuck(b, live, threads);
    waiting([&](Warp& w, const Instr& i, int l, Bar& bar) {
      if (!open[&bar - bars]) return;
      if (i.flags == 1) w.slot(i.op[0])[l] = bar.yes;
      if (i.flags > 1) {
        uint64_t& p = *w.slot(i.op[0]);
        const bool yes = i.flags == 2 ? bar.yes == bar.waiting : bar.yes != 0;
        p = yes ? p | Mask{1} << l : p & ~(Mask{1} << l);
      }
      w.pc[l]++;
      w.atBarrier &= ~(Mask{1} << l);
    });
    for (int id = 0; id < 16; id++)
      if (open[id]) b.arrived[id] = 0;
    b.barrierPhase = ++b.phase;
  }

  [[noreturn]] void stuck(Block& b, uint64_t live, uint64_t threads) {
    std::string where;
    for (Warp& w : b.warps) {
      for (const Mask m : {w.atBarrier, w.waiting})
        each(m, [&](int l) {
          const std::string line = std::to_string(program_.code[w.pc[l]].line);
          if (where.find(' ' + line + ',') == where.npos) where += ' ' + line + ',';
          warp_ = &w;
          pc_ = w.pc[l];
        });
    }
    where.pop_back();
    const Mask some = warp_->atBarrier | warp_->waiting;
    std::string what = "barrier divergence: " + std::to_string(live) + " threads wait at PTX line" + where + " and cannot go on";
    if (live < threads) what += "; " + std::to_string(threads - live) + " threads of the block have left the kernel";
    throw Fault{Code::LaunchFailed, what, std::countr_zero(some)};
  }

  const Launch& launch_;
  const Program& program_;
  std::atomic<uint64_t>& next_;
  const Order& order_;
  std::atomic<bool>& stop_;
  std::vector<uint64_t> executed_;  // thread instructions, by pc
  KernelCount count_;
  Clock::time_point deadline_;
  uint64_t serial_ = 0;
  std::list<Pages> tags_;
  std::vector<uint64_t*> freeTags_;
  std::vector<std::vector<uint64_t>> files_;
  std::vector<Bytes> locals_;
  Warp* warp_ = nullptr;  // what runs now, for a report
  uint32_t pc_ = 0;
};

std::optional<Finding> refuse(const Kernel& k, const LaunchConfig& c) {
  const auto no = [&](Code code, const std::string& what) {
    Finding f{code, what, k.name, 0, {~0u, 0, 0}, {}, 0, ""};
    print(f);
    return std::optional(f);
  };
  const auto text = [](Dim3 d) { return std::to_string(d.x) + " x " + std::to_string(d.y) + " x " + std::to_string(d.z); };
  const Dim3 g = c.grid, b = c.block;
  if (g.count() == 0 || g.x > 0x7fffffffu || g.y > 65535 || g.z > 65535) return no(Code::InvalidValue, "a grid of " + text(g) + " blocks cannot be launched");
  if (b.count() == 0 || b.x > 1024 || b.y > 1024 || b.z > 64 || b.count() > 1024) return no(Code::InvalidValue, "a block of " + text(b) + " threads cannot be launched");
  if (b.count() > k.maxThreads) return no(Code::OutOfResources, "a block of " + text(b) + " threads; the kernel allows " + std::to_string(k.maxThreads));
  if (k.required.count() != 0 && (k.required.x != b.x || k.required.y != b.y || k.required.z != b.z)) return no(Code::InvalidValue, "a block of " + text(b) + " threads; the kernel requires " + text(k.required));
  if (k.sharedBytes + c.dynamicShared > kMaxShared) return no(Code::InvalidValue, std::to_string(k.sharedBytes + c.dynamicShared) + " bytes of shared memory; there are " + std::to_string(kMaxShared));
  if (c.paramBytes != k.paramBytes || (c.params == nullptr && k.paramBytes != 0))
    return no(Code::InvalidValue, "a parameter block of " + std::to_string(c.params == nullptr ? 0 : c.paramBytes) + " bytes; the kernel has " + std::to_string(k.parameters.size()) + " parameters in " + std::to_string(k.paramBytes) + " bytes");
  return {};
}

}  // namespace

std::optional<Finding> launch(const Kernel& kernel, const LaunchConfig& config, Memory& memory, Counters& counters) {
  if (auto finding = refuse(kernel, config)) return finding;
  static std::mutex one;  // the device runs one kernel at a time; race records rely on it
  std::lock_guard running(one);
  const auto held = memory.hold();
  Launch l{kernel, *kernel.program, config, memory, memory.nextLaunch(kLaunches), kernel.sharedBytes + config.dynamicShared};
  if (config.dynamicShared != 0) l.sharedBytes = (kernel.sharedBytes + 15) / 16 * 16 + config.dynamicShared;
  const uint64_t blocks = config.grid.count();
  const Order order(blocks, config.seed);
  std::atomic<uint64_t> next = 0;
  std::atomic<bool> stop = false;
  const uint64_t cores = config.workers > 0 ? uint64_t(config.workers) : std::max(1u, std::thread::hardware_concurrency());
  const uint64_t n = std::min(cores, blocks);
  const uint64_t resident = config.cooperative ? (blocks + n - 1) / n : 1;
  std::optional<Finding> first;
  KernelCount count;
  std::mutex results;
  const auto work = [&] {
    Worker worker(l, next, order, stop);
    auto finding = worker.run(resident);
    std::lock_guard guard(results);
    count.add(worker.count());
    if (!finding) return;
    stop = true;
    if (!first) first = std::move(finding);
  };
  std::vector<std::thread> others;
  for (uint64_t k = 1; k < n; k++) others.emplace_back(work);
  work();
  for (std::thread& t : others) t.join();
  count.launches = 1;
  counters.add(kernel.name, count);
  if (first) print(*first);
  return first;
}

}  // namespace initium::soft
