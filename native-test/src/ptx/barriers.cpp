// What happens when nobody in a block can go on: barriers open, or the block would hang.
#include <bit>

#include "lanes.h"
#include "worker.h"

namespace initium::soft {

int Worker::barrierOf(Warp& w, const Instr& i, int lane) {
  const uint64_t id = w.slot(i.op[1])[lane];
  if (id > 15) throw Fault{Code::LaunchFailed, "barrier number " + std::to_string(id) + " is not in 0..15", lane};
  return int(id);
}

void Worker::release(Block& b) {
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

void Worker::stuck(Block& b, uint64_t live, uint64_t threads) {
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

}  // namespace initium::soft
