// SPDX-License-Identifier: Apache-2.0
// Special registers.
#include "lanes.h"

namespace initium::soft {

namespace {

const Dim3& block(const Warp& w) { return w.launch->config.block; }
const Dim3& grid(const Warp& w) { return w.launch->config.grid; }
Mask self(int lane) { return Mask{1} << lane; }

struct Row {
  const char* name;
  Special value;
};
const Row kRows[] = {
    {"%tid.x", [](const Warp& w, int l) -> u64 { return w.thread(l) % block(w).x; }},
    {"%tid.y", [](const Warp& w, int l) -> u64 { return w.thread(l) / block(w).x % block(w).y; }},
    {"%tid.z", [](const Warp& w, int l) -> u64 { return w.thread(l) / block(w).x / block(w).y; }},
    {"%ntid.x", [](const Warp& w, int) -> u64 { return block(w).x; }},
    {"%ntid.y", [](const Warp& w, int) -> u64 { return block(w).y; }},
    {"%ntid.z", [](const Warp& w, int) -> u64 { return block(w).z; }},
    {"%ctaid.x", [](const Warp& w, int) -> u64 { return w.block->id.x; }},
    {"%ctaid.y", [](const Warp& w, int) -> u64 { return w.block->id.y; }},
    {"%ctaid.z", [](const Warp& w, int) -> u64 { return w.block->id.z; }},
    {"%nctaid.x", [](const Warp& w, int) -> u64 { return grid(w).x; }},
    {"%nctaid.y", [](const Warp& w, int) -> u64 { return grid(w).y; }},
    {"%nctaid.z", [](const Warp& w, int) -> u64 { return grid(w).z; }},
    {"%laneid", [](const Warp&, int l) -> u64 { return u64(l); }},
    {"%warpid", [](const Warp& w, int) -> u64 { return w.index; }},
    {"%nwarpid", [](const Warp& w, int) -> u64 { return w.block->warps.size(); }},
    {"%smid", [](const Warp&, int) -> u64 { return 0; }},
    {"%nsmid", [](const Warp&, int) -> u64 { return 1; }},
    {"%lanemask_eq", [](const Warp&, int l) -> u64 { return self(l); }},
    {"%lanemask_lt", [](const Warp&, int l) -> u64 { return self(l) - 1; }},
    {"%lanemask_le", [](const Warp&, int l) -> u64 { return self(l) * 2 - 1; }},
    {"%lanemask_gt", [](const Warp&, int l) -> u64 { return ~(self(l) * 2 - 1); }},
    {"%lanemask_ge", [](const Warp&, int l) -> u64 { return ~(self(l) - 1); }},
    {"%dynamic_smem_size",
     [](const Warp& w, int) -> u64 { return w.launch->config.dynamicShared; }},
    {"%total_smem_size", [](const Warp& w, int) -> u64 { return w.launch->sharedBytes; }},
};

}  // namespace

Special special(const std::string& name) {
  for (const Row& row : kRows)
    if (name == row.name) return row.value;
  return nullptr;
}

}  // namespace initium::soft
