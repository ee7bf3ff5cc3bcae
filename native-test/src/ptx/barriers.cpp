// SPDX-License-Identifier: Apache-2.0
// What happens when nobody in a block can go on: the barrier opens, or the block would hang.
#include <bit>

#include "lanes.h"
#include "worker.h"

namespace initium::soft {

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
  uint64_t waiting = 0, yes = 0;
  uint32_t pc = ~0u;
  bool same = true;  // all at one instruction
  atBarriers(b, [&](Warp& w, const Instr& i, int l) {
    same &= waiting++ == 0 || pc == pc_;
    pc = pc_;
    if (i.flags != 0) yes += predicate(w, i.op[1]) >> l & 1;
  });
  if (!same || waiting != launch_.config.block.count()) stuck(b);
  atBarriers(b, [&](Warp& w, const Instr& i, int l) {
    const Mask self = Mask{1} << l;
    if (i.flags == 1) w.slot(i.op[0])[l] = yes;
    if (i.flags == 2) assign(w, i.op[0], yes == waiting ? self : 0, self);
    if (i.flags == 3) assign(w, i.op[0], yes != 0 ? self : 0, self);
    w.pc[l]++;
  });
  for (Warp& w : b.warps) w.atBarrier = 0;
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
