// A kernel decoded: a flat array of instructions over numbered register slots. A slot holds one register for the 32
// lanes of a warp, 64 bits each, zero-extended; a predicate is a lane mask in the slot's first word.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "counters.h"

namespace initium::soft {

struct Warp;
struct Instr;
using Mask = uint32_t;  // one bit for each lane
using Handler = void (*)(Warp&, const Instr&, Mask);
constexpr int kLanes = 32;
constexpr Mask kAll = ~Mask{0};
constexpr uint32_t kNone = ~uint32_t{0};

enum class Round : uint8_t { Nearest, Zero, Down, Up };

// Modifiers that a handler looks at while it runs.
constexpr uint32_t kRound = 3, kFtz = 4, kSat = 8, kInteger = 16, kAnd = 0x20, kOr = 0x40, kXor = 0x60, kBoolOp = 0x60;

enum class Flow : uint8_t {
  Next,      // run the handler, go on
  Branch,    // to imm
  Table,     // to tables[imm][lane's operand]
  Exit,
  Barrier,   // wait for the block
  Arrive,    // count at a barrier, do not wait
  Converge,  // run the handler once all lanes of the member mask (operand `member`) are here
};

enum class Where : uint8_t { Generic, Global, Shared, Local, Param, Const };

struct Instr {
  Handler run = nullptr;
  Flow flow = Flow::Next;
  OpClass cls = OpClass::Move;
  bool approx = false, guardNegated = false;
  uint8_t member = 0;                      // Converge: which operand is the member mask
  uint8_t size = 0, count = 1;             // memory: bytes of an element, elements
  bool extend = false, strong = false;     // memory: sign-extend; volatile, relaxed, acquire, release or atomic
  Where where = Where::Generic;
  uint32_t guard = kNone;
  uint32_t flags = 0;
  uint32_t op[6] = {kNone, kNone, kNone, kNone, kNone, kNone};
  uint64_t width = ~uint64_t{0};           // mask of the destination register
  int64_t imm = 0;
  int line = 0;
};

enum class Special : uint8_t {
  TidX, TidY, TidZ, NtidX, NtidY, NtidZ, CtaidX, CtaidY, CtaidZ, NctaidX, NctaidY, NctaidZ, LaneId, WarpId, NwarpId, SmId, NsmId, GridId,
  MaskEq, MaskLe, MaskLt, MaskGe, MaskGt, DynamicShared, TotalShared, Zero
};

struct Program {
  std::string name;
  std::vector<Instr> code;
  uint32_t slots = 0;                      // constants included, which are the last ones
  std::vector<uint64_t> constants;
  std::vector<std::pair<uint32_t, Special>> specials;
  std::vector<std::vector<uint32_t>> tables;
  size_t localBytes = 0, sharedBytes = 0, paramBytes = 0;
};

}  // namespace initium::soft
