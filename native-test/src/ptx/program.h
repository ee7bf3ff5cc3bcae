// SPDX-License-Identifier: Apache-2.0
// A kernel decoded: a flat array of instructions over numbered register slots. A slot holds one
// register for the 32 lanes of a warp, 64 bits each, zero-extended; a predicate is a lane mask in
// the slot's first word.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace initium::soft {

struct Warp;
struct Instr;
using Mask = uint32_t;  // one bit for each lane
using Handler = void (*)(Warp&, const Instr&, Mask);
constexpr int kLanes = 32;
constexpr Mask kAll = ~Mask{0};
constexpr uint32_t kNone = ~uint32_t{0};

// Modifiers that a handler looks at while it runs.
enum Flags : uint32_t {
  kRound = 3,  // to nearest, zero, down, up
  kFtz = 4,
  kSat = 8,
  kInteger = 16,  // round to an integer
  kAnd = 0x20,
  kOr = 0x40,
  kXor = 0x60,
  kBoolean = 0x60,  // and, or, xor: combine with one more predicate
  kLess = 0x100,    // a comparison is a set of outcomes
  kEqual = 0x200,
  kGreater = 0x400,
  kUnordered = 0x800,
};

enum class Flow : uint8_t {
  Next,    // run the handler, go on
  Branch,  // to imm
  Table,   // to tables[imm][op[0]]
  Exit,
  Barrier,   // wait for the block
  Converge,  // run the handler once all lanes of the member mask op[5] are here
};

enum class Where : uint8_t { Generic, Global, Shared, Local, Param, Const };

// What an instruction does, without its operands.
struct Action {
  Handler run = nullptr;
  uint32_t flags = 0;
  Flow flow = Flow::Next;
  bool approx = false;
  uint8_t size = 0, count = 1;  // memory, vector moves: bytes of an element, elements
  bool strong = false;          // volatile, relaxed, acquire, release or atomic
  Where where = Where::Generic;
};

struct Instr : Action {
  std::string opcode;  // with its modifiers, as written
  uint32_t guard = kNone;
  bool guardNegated = false;
  uint32_t op[6] = {kNone, kNone, kNone, kNone, kNone, kNone};
  uint64_t width = ~uint64_t{0};  // mask of the destination register
  int64_t imm = 0;
  int line = 0;
};

using Special = uint64_t (*)(const Warp&, int lane);  // the value of %tid.x and the like
Special special(const std::string& name);             // null: there is none of that name

struct Program {
  std::vector<Instr> code;
  uint32_t slots = 0;  // constants included, which are the last ones
  std::vector<uint64_t> constants;
  std::vector<std::pair<uint32_t, Special>> specials;
  std::vector<std::vector<uint32_t>> tables;
};

}  // namespace initium::soft
