// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "lanes.h"

namespace initium::soft {

namespace {

// Warp instructions before someone else gets a turn: who spins must not starve whom it waits for.
// Fewer when other lanes of the warp wait for their turn.
constexpr int kSlice = 200'000, kTurn = 2'000;

using Clock = std::chrono::steady_clock;

Clock::duration timeout() {
  const char* seconds = std::getenv("INITIUM_SOFT_TIMEOUT");
  return std::chrono::seconds(seconds == nullptr ? 600 : std::max(1, std::atoi(seconds)));
}

void park(Warp& w, Mask m, uint32_t pc) {
  each(m, [&](int l) { w.pc[l] = pc; });
}

Dim3 place(uint64_t number, Dim3 in) {
  return {uint32_t(number % in.x), uint32_t(number / in.x % in.y), uint32_t(number / in.x / in.y)};
}

}  // namespace

Worker::Worker(const Launch& launch, std::atomic<uint64_t>& next, const Order& order,
               std::atomic<bool>& stop)
    : launch_(launch),
      program_(*launch.kernel.program),
      next_(next),
      order_(order),
      stop_(stop),
      executed_(program_.code.size()),
      issued_(program_.code.size()),
      deadline_(Clock::now() + timeout()) {}

std::optional<Finding> Worker::run(uint64_t resident) {
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
        b = done ? blocks.erase(b) : std::next(b);
      }
    }
  } catch (const Fault& f) {
    return Finding{f.code,
                   f.what,
                   f.address,
                   f.allocation,
                   launch_.kernel.name,
                   program_.code[pc_].line,
                   warp_->block->id,
                   place(warp_->thread(f.lane), launch_.config.block)};
  }
}

KernelCount Worker::count() const {
  KernelCount c = count_;
  for (size_t i = 0; i < executed_.size(); i++) {
    const Instr& instr = program_.code[i];
    c.instructions += executed_[i];
    if (executed_[i] != 0) c.byOpcode[instr.opcode] += executed_[i];
    if (issued_[i] != 0) c.byLine[instr.line] += issued_[i];
    if (instr.approx) c.approx += executed_[i];
  }
  return c;
}

void Worker::start(Block& b, uint64_t number) {
  b.number = number;
  b.id = place(number, launch_.config.grid);
  b.shared.reset(launch_.sharedBytes);
  b.sharedTags.assign(2 * launch_.sharedBytes, 0);
  const uint64_t threads = launch_.config.block.count();
  b.warps.resize((threads + kLanes - 1) / kLanes);
  for (uint32_t k = 0; k < b.warps.size(); k++) {
    Warp& w = b.warps[k];
    w.launch = &launch_;
    w.block = &b;
    w.index = k;
    w.count = &count_;
    const uint64_t lanes = std::min<uint64_t>(kLanes, threads - uint64_t{k} * kLanes);
    w.live = kAll >> (kLanes - lanes);
  }
  count_.threads += threads;
}

// Registers and local memory, when the warp first runs.
void Worker::dress(Warp& w) {
  const size_t constants = program_.constants.size();
  w.file.assign(size_t{program_.slots} * kLanes + 1, 0xA5A5A5A5A5A5A5A5);
  auto at = w.file.begin() + long((program_.slots - constants) * kLanes);
  for (const uint64_t value : program_.constants) at = std::fill_n(at, kLanes, value);
  w.local.reset(launch_.kernel.localBytes * kLanes);
  for (const auto& [slot, value] : program_.specials)
    for (int l = 0; l < kLanes; l++) w.slot(slot)[l] = value(w, l);
}

bool Worker::step(Block& b) {
  const uint64_t seed = launch_.config.seed == 0 ? 0 : launch_.config.seed + b.number + 1;
  const Order order(b.warps.size(), seed);
  bool runnable = false, alive = false;
  for (uint64_t k = 0; k < order.n; k++) {
    Warp& w = b.warps[order[k]];
    if (w.runnable() != 0) {
      if (w.file.empty()) dress(w);
      run(w);
      if (w.live == 0) w.file.clear();
    }
    runnable |= w.runnable() != 0;
    alive |= w.live != 0;
    if (stop_) return false;
  }
  if (runnable && Clock::now() > deadline_)
    throw Fault{Code::Timeout,
                "the kernel ran into the time limit (INITIUM_SOFT_TIMEOUT, in seconds)", 0};
  if (alive && !runnable) release(b);
  return !alive;
}

Worker::Group Worker::pick(Warp& w) {
  const Mask runnable = w.runnable();
  Group g;
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

void Worker::run(Warp& w) {
  const Instr* code = program_.code.data();
  warp_ = &w;
  int budget = kSlice;
  while (w.runnable() != 0) {
    auto [lanes, pc, stop] = pick(w);
    const int turn = lanes == w.runnable() ? budget : std::min(budget, kTurn);
    int left = turn;
    for (;;) {
      if (pc >= stop || --left < 0) {
        park(w, lanes, pc);
        break;
      }
      const Instr& i = code[pc];
      pc_ = pc;
      issued_[pc]++;
      Mask m = lanes;
      if (i.guard != kNone) {
        m &= i.guardNegated ? ~predicate(w, i.guard) : predicate(w, i.guard);
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
        pc = uint32_t(i.imm);
        if (m == lanes && pc < stop) continue;
        park(w, lanes & ~m, pc_ + 1);
        park(w, m, pc);
        break;
      } else if (wait(w, i, lanes, m, pc)) {
        break;
      } else {
        pc++;
      }
    }
    w.fair = left < 0;
    budget -= turn - left;
    if (budget <= 0) return;
  }
}

// The rarer flows, with the lanes m of a group. True: the group is no longer one.
bool Worker::wait(Warp& w, const Instr& i, Mask lanes, Mask m, uint32_t pc) {
  if (i.flow == Flow::Converge) return converge(w, i, lanes, m, pc);
  park(w, lanes & ~m, pc + 1);
  if (i.flow == Flow::Exit) {
    w.live &= ~m;
    w.waiting = 0;  // who waited for a lane that left looks again
  } else if (i.flow == Flow::Barrier) {
    park(w, m, pc);
    w.atBarrier |= m;
  } else {  // Table
    const auto& table = program_.tables[size_t(i.imm)];
    const uint64_t* index = w.slot(i.op[0]);
    each(m, [&](int l) {
      if (index[l] >= table.size())
        throw Fault{Code::IllegalInstruction,
                    "brx.idx: index " + std::to_string(index[l]) + " of a table of " +
                        std::to_string(table.size()),
                    l};
      w.pc[l] = table[index[l]];
    });
  }
  return true;
}

bool Worker::converge(Warp& w, const Instr& i, Mask lanes, Mask m, uint32_t pc) {
  const Mask here = m | which(w.waiting, [&](int l) { return w.pc[l] == pc; });
  const uint64_t* members = w.slot(i.op[5]);
  Mask done = 0;
  each(m, [&](int l) {
    const Mask named = Mask(members[l]) & w.live;
    if (!(named >> l & 1))
      throw Fault{Code::LaunchFailed,
                  "the member mask does not name the lane that executes the instruction", l};
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

}  // namespace initium::soft
