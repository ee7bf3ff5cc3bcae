// What a warp owns while it runs: registers, local memory, special registers.
#include <algorithm>

#include "worker.h"

namespace initium::soft {

// Registers and local memory are lent to a warp while it lives, so that a kernel without barriers uses one set, hot in the cache.
void Worker::dress(Warp& w) {
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
void Worker::undress(Warp& w) {
  files_.push_back(std::move(w.file));
  w.file.clear();
  if (program_.localBytes != 0) locals_.push_back(std::move(w.local));
  count_.bytesRead += w.bytesRead;
  count_.bytesWritten += w.bytesWritten;
}

uint64_t Worker::value(Special s, const Warp& w, int lane) const {
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

}  // namespace initium::soft
