// What happens when nobody in a block can go on: barriers open, or the block would hang.
#include <bit>

#include "lanes.h"
#include "worker.h"

namespace initium::soft {

int Worker::barrierOf(Warp& w, const Instr& i, int lane) {
  const uint64_t id = w.slot(i.op[1])[lane];
  if (id <= 15) return int(id);
  throw Fault{Code::LaunchFailed, "barrier number " + std::to_string(id) + " is not in 0..15",
              lane};
}

// f(warp, instruction, lane) for every lane that waits at a barrier, as if it ran now.
template <class F> void Worker::atBarriers(Block& b, F f) {
  for (Warp& w : b.warps)
    each(w.atBarrier, [&](int l) {
      warp_ = &w;
      pc_ = w.pc[l];
      f(w, program_.code[pc_], l);
    });
}

void Worker::release(Block& b) {
  struct Bar {
    uint64_t waiting = 0, expected = 0, yes = 0;
    uint32_t pc = ~0u;
    bool differ = false, open = false;
  } bars[16];
  atBarriers(b, [&](Warp& w, const Instr& i, int l) {
    Bar& bar = bars[barrierOf(w, i, l)];
    bar.waiting++;
    if (i.op[2] != kNone) bar.expected = w.slot(i.op[2])[l];
    if (bar.expected % kLanes != 0)
      throw Fault{Code::LaunchFailed, "the thread count of a barrier is not a multiple of 32", l};
    if (i.flags != 0) bar.yes += predicate(w, i.op[3]) >> l & 1;
    bar.differ |= bar.pc != ~0u && bar.pc != pc_;
    bar.pc = pc_;
  });
  bool any = false;
  for (int id = 0; id < 16; id++) {
    Bar& bar = bars[id];
    const bool all = bar.waiting == launch_.config.block.count() && !bar.differ;
    const bool enough = bar.waiting + b.arrived[id] >= bar.expected;
    bar.open = bar.waiting != 0 && (bar.expected == 0 ? all : enough);
    if (bar.open) b.arrived[id] = 0;
    any |= bar.open;
  }
  if (!any) stuck(b);
  atBarriers(b, [&](Warp& w, const Instr& i, int l) {
    const Bar& bar = bars[barrierOf(w, i, l)];
    const Mask self = Mask{1} << l;
    if (!bar.open) return;
    if (i.flags == 1) w.slot(i.op[0])[l] = bar.yes;
    if (i.flags == 2) assign(w, i.op[0], bar.yes == bar.waiting ? self : 0, self);
    if (i.flags == 3) assign(w, i.op[0], bar.yes != 0 ? self : 0, self);
    w.pc[l]++;
    w.atBarrier &= ~self;
  });
  b.barrierPhase = ++b.phase;
}

void Worker::stuck(Block& b) {
  std::string where;
  uint64_t live = 0;
  int lane = 0;
  for (Warp& w : b.warps) {
    live += unsigned(std::popcount(w.live));
    each(w.atBarrier | w.waiting, [&](int l) {
      warp_ = &w;
      pc_ = w.pc[lane = l];
      const std::string line = ' ' + std::to_string(program_.code[pc_].line) + ',';
      if (where.find(line) == where.npos) where += line;
    });
  }
  where.pop_back();
  std::string what = "barrier divergence: " + std::to_string(live) + " threads wait at PTX line" +
                     where + " and cannot go on";
  if (const uint64_t gone = launch_.config.block.count() - live; gone != 0)
    what += "; " + std::to_string(gone) + " threads of the block have left the kernel";
  throw Fault{Code::LaunchFailed, what, lane};
}

}  // namespace initium::soft
