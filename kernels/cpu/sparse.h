// SPDX-License-Identifier: Apache-2.0
// Sparse fills on the CPU: which elements are zero, and what the others are, as org.initium.law.ColumnKeys has it.
//
// A thread draws all keys of a tile, finds each column's cut, the key where its zeros end, by counting what is below a few
// keys at a time, and among the ties at the cut those that are zero. Of some tiles side by side it then writes a group of
// each in turn, so that whole rows are stored one behind the other.
//
// Where a tile has too many keys for that, threads share them, and draw them anew in each of three passes: to count them,
// to collect the ties, and to write.
#pragma once
#include "sparse_cuts.h"
#include "spread.h"

// What one thread works in.
struct SparseStrip {
  static constexpr int TILES = 128;     // at most
  static constexpr int KEYS = 1 << 22;  // of all of them together, where there are several
  static constexpr int ROOM = GROUP_KEYS + 4 * LANES;  // laws write whole LANES

  SparseKeys keys;
  uint64_t zero[KEYS / 64 + TILES];  // a bit for each key of each tile, the tiles one behind the other
  uint32_t at[TILES];                // where each tile's next value is
  uint64_t values[TILES * ROOM];     // of each tile's group, in the order of their elements
};
static_assert(sizeof(SparseStrip) <= 8 << 20, "NativeSparse.STRIP_BYTES");

// What the threads that share a tile have in common; zero before the first pass.
struct SparseTall {
  uint64_t ties;                  // in all
  uint64_t list;                  // address of room for their orders, column by column
  uint64_t counts[WIDEST * BINS];
  uint64_t begin[WIDEST], size[WIDEST];  // of each column's ties in the list
  int64_t left[WIDEST], last[WIDEST];    // zeros among them, and the greatest order of those
  uint8_t cuts[WIDEST];
};

enum SparsePass : uint64_t { STRIPS, COUNT, CUT, COLLECT, RANK, WRITE };

struct SparseCall {
  Sparse sparse;   // its scratch is a SparseStrip
  uint64_t pass;   // the work items of STRIPS are tiles, of CUT and RANK there is one, those of the others are keys
  uint64_t tall;   // a SparseTall
};

// The first normals of a group from a position in the stream's elements on, a multiple of 4.
template <class T>
static SMALL void sparseNormals(const Sparse& p, Bits& bits, uint64_t position, int64_t count, void* to) {
  auto* out = static_cast<typename T::Stored*>(to);
  constexpr bool WIDE = sizeof(typename T::Compute) == 8;
  constexpr int PER = WIDE ? 2 : 4;
  Normal::Law<typename T::Compute> law(Normal{0, p.std});
  uint64_t block = position / PER, end = block + uint64_t(count + PER - 1) / PER, blocks[BLOCKS + LANES];
  while (block < end) {
    int some = int(least(BLOCKS, end - block));
    if constexpr (WIDE) {
      blocksOfDoubles(p.source.start, block, some, blocks);
      draw<true>(Keys(p.source), blocks, some, bits);
      widen<true>(bits, some);
    } else {
      some = int(least(some, 65536 - (block & 0xffff)));
      draw<true>(Keys(p.source), block, some, bits);
    }
    apply<T, Normal>(law, bits, some * PER, out);
    out += some * PER;
    block += uint64_t(some);
  }
}

// Of types of 8 bits.
static SMALL void sparseNormals(const Sparse& p, Bits& bits, uint64_t position, int64_t count, void* to, const Format8& format) {
  float x[SparseStrip::ROOM];
  sparseNormals<F32>(p, bits, position, count, x);
  narrow(format, x, int(count), static_cast<uint8_t*>(to));
}

template <class T>
static OURS void typedNormals(const Sparse& p, Bits& bits, uint64_t position, int64_t count, void* to) {
  if constexpr (sizeof(typename T::Stored) == 1) sparseNormals(p, bits, position, count, to, T::format());
  else sparseNormals<T>(p, bits, position, count, to);
}

// A group of some tiles side by side.
struct SparseGroup {
  const Sparse& p;
  const uint64_t* zero;  // of the first tile's group
  int64_t step;          // from tile to tile
  uint64_t tile;         // the first
  int tiles;
  SparseStrip& s;
  bool streaming;

  // How many of some elements of a tile are not zero.
  SMALL int64_t kept(int i, int64_t count) const {
    const uint64_t* bits = zero + i * step;
    int64_t kept = 0;
    for (int64_t k = 0; k + 64 <= count; k += 64) kept += __builtin_popcountll(~bits[k >> 6]);
    return count & 63 ? kept + __builtin_popcountll(~bits[count >> 6] & ((1ull << (count & 63)) - 1)) : kept;
  }
};

// How a dtype's groups are made and written.
struct SparseDType {
  void(OURS* normals)(const Sparse& p, Bits& bits, uint64_t position, int64_t count, void* to);
  void(OURS* rows)(const SparseGroup& g, int64_t row, int64_t rows, uint64_t address);
  void(OURS* row)(const SparseGroup& g, int64_t row, int64_t from, int64_t to, uint64_t address);
  uint64_t bytes;
};

// Writes a group in the region: values where they are kept, and zeros.
template <class Stored>
struct SparseWriter {
  const SparseGroup& g;
  const Sparse& p;
  SparseStrip& s;

  Stored* values() { return reinterpret_cast<Stored*>(s.values); }

  // Rows of tiles that the region has all columns of, and that are neighbors in memory.
  NOINLINE void wholeRows(int64_t row, int64_t rows, uint64_t address) {
    uint64_t rowBytes = p.rowStride * sizeof(Stored);
    for (int i = 0; i < g.tiles; i++) {
      const Stored* from = values() + s.at[i];
      ROLLED
      for (int64_t r = row; r < row + rows; r++) {
        uint32_t kept = uint16_t(~(g.zero[i * g.step + (r >> 2)] >> 16 * (r & 3)));
        spread(from, kept, address + (r - row) * rowBytes, g.streaming);
        from += __builtin_popcount(kept);
      }
      s.at[i] = uint32_t(from - values());
      address += WIDEST * sizeof(Stored);
    }
  }

  // A row's elements one by one: those of the columns of the region, counted from the first tile's on.
  SMALL void elements(int64_t row, int64_t from, int64_t to, uint64_t address) {
    auto* memory = reinterpret_cast<Stored*>(address);
    int64_t width = 1ll << p.log2Width;
    for (int i = 0; i < g.tiles; i++) {
      for (int64_t key = row * width, column = i * width; column < (i + 1) * width; key++, column++) {
        bool kept = ~g.zero[i * g.step + (key >> 6)] >> (key & 63) & 1;
        if (column >= from && column < to) memory[(column - from) * p.columnStride] = kept ? values()[s.at[i]] : 0;
        s.at[i] += kept;
      }
    }
  }

  static OURS void rows(const SparseGroup& g, int64_t row, int64_t rows, uint64_t address) {
    SparseWriter{g, g.p, g.s}.wholeRows(row, rows, address);
  }

  static OURS void row(const SparseGroup& g, int64_t row, int64_t from, int64_t to, uint64_t address) {
    SparseWriter{g, g.p, g.s}.elements(row, from, to, address);
  }
};

// Computes the values of a tile's group, and skips those of the rows above the region.
static OURS void sparseMake(const SparseGroup& g, int i, uint64_t base, int64_t count, int64_t skipped,
                       const SparseDType& dtype) {
  uint32_t room = uint32_t(i * SparseStrip::ROOM);
  uint64_t position = g.p.source.start + (g.tile + i) * g.p.perTile + base;
  dtype.normals(g.p, g.s.keys.bits, position, g.kept(i, count), reinterpret_cast<char*>(g.s.values) + room * dtype.bytes);
  g.s.at[i] = room + uint32_t(g.kept(i, skipped));
}

// Writes a group in the region.
static SMALL void sparseWrite(const SparseGroup& g, uint64_t group, const SparseDType& dtype) {
  const Sparse& p = g.p;
  int64_t width = 1ll << p.log2Width, rows = GROUP_KEYS >> p.log2Width, above = int64_t(p.firstRow) - group * rows;
  int64_t begin = above > 0 ? above : 0, end = least(above + int64_t(p.regionRows), rows);
  int64_t count = least(int64_t(p.rows) - group * rows, rows) * width;
  for (int i = 0; i < g.tiles; i++) sparseMake(g, i, group * GROUP_KEYS, count, begin * width, dtype);
  int64_t left = int64_t(p.firstColumn) - int64_t(g.tile) * width, from = left > 0 ? left : 0;
  int64_t to = least(left + int64_t(p.regionColumns), g.tiles * width);
  uint64_t rowBytes = p.rowStride * dtype.bytes;
  uint64_t address = p.memory + (begin - above) * rowBytes + (from - left) * p.columnStride * dtype.bytes;
  bool whole = width == WIDEST && p.columnStride == 1 && to - from == g.tiles * width;
  for (int64_t row = begin, some; row < end; row += some, address += some * rowBytes) {
    some = whole ? least(end - row, 8) : 1;  // of 4, 8, 16 and 32 rows, 8 were the fastest
    if (whole) dtype.rows(g, row, some, address);
    else dtype.row(g, row, from, to, address);
  }
}

static SMALL void sparseStrip(const Sparse& p, uint64_t tile, int tiles, SparseStrip& s, bool streaming,
                                 const SparseDType& dtype) {
  int64_t keys = p.rows << p.log2Width, longs = (keys + 63) >> 6;
  for (int i = 0; i < tiles; i++) {
    s.keys.draw(p, tile + i, 0, keys);
    s.keys.findCuts(p);
    s.keys.compare(p, s.zero + i * longs);
    s.keys.settle(p, s.zero + i * longs);
  }
  uint64_t begin = (p.firstRow << p.log2Width) / GROUP_KEYS, end = (p.firstRow + p.regionRows) << p.log2Width;
  for (uint64_t group = begin; group * GROUP_KEYS < end; group++) {
    sparseWrite({p, s.zero + group * (GROUP_KEYS / 64), longs, tile, tiles, s, streaming}, group, dtype);
  }
}

// One thread's counts, in the room of the values, are added to what all have.
static SMALL void sparseCount(const Sparse& p, SparseStrip& s, SparseTall& tall) {
  auto* counts = reinterpret_cast<uint32_t*>(s.values);
  uint64_t last = (1ull << p.log2Width) - 1;
  for (int i = 0; i < WIDEST * BINS; i++) counts[i] = 0;
  ROLLED
  for (int64_t i = 0; i < s.keys.count; i++) counts[(i & last) * BINS + s.keys.keys[i]]++;
  for (int i = 0; i < WIDEST * BINS; i++) {
    if (counts[i]) __atomic_fetch_add(&tall.counts[i], counts[i], __ATOMIC_RELAXED);
  }
}

// The highest key such that those below it are not more than the zeros.
static SMALL void sparseCut(const Sparse& p, SparseTall& tall) {
  for (uint64_t j = 0; j < 1ull << p.log2Width; j++) {
    const uint64_t* counts = tall.counts + j * BINS;
    uint64_t key = 0, below = 0;
    for (; key < BINS - 1 && below + counts[key] <= p.zeros; key++) below += counts[key];
    tall.cuts[j] = uint8_t(key);
    tall.left[j] = int64_t(p.zeros - below);
    tall.begin[j] = tall.ties;
    tall.ties += counts[key];
  }
}

static SMALL void sparseCollect(const Sparse& p, const SparseKeys& keys, SparseTall& tall) {
  for (int64_t i = 0; i < keys.ties; i++) {
    uint64_t j = keys.places[i] & ((1ull << p.log2Width) - 1);
    uint64_t at = tall.begin[j] + __atomic_fetch_add(&tall.size[j], 1, __ATOMIC_RELAXED);
    reinterpret_cast<uint64_t*>(tall.list)[at] = keys.order(p, i);
  }
}

static SMALL void sparseRank(const Sparse& p, SparseTall& tall) {
  for (int j = 0; j < 1 << p.log2Width; j++) {
    uint64_t* list = reinterpret_cast<uint64_t*>(tall.list) + tall.begin[j];
    tall.last[j] = tall.left[j] == 0 ? -1 : int64_t(SparseKeys::find(list, int64_t(tall.size[j]), tall.left[j] - 1));
  }
}

// Passes over the keys from an index of the tile on, a multiple of a group.
static SMALL void sparseTall(const SparseCall& c, uint64_t first, int64_t count, SparseStrip& s, bool streaming,
                                const SparseDType& dtype) {
  const Sparse& p = c.sparse;
  auto& tall = *reinterpret_cast<SparseTall*>(c.tall);
  s.keys.draw(p, p.firstTile, first, count);
  if (c.pass == COUNT) return sparseCount(p, s, tall);
  for (int j = 0; j < WIDEST; j++) s.keys.cuts[j] = tall.cuts[j & ((1 << p.log2Width) - 1)];
  s.keys.compare(p, s.zero);
  if (c.pass == COLLECT) return sparseCollect(p, s.keys, tall);
  s.keys.settle(p, s.zero, tall.last);
  uint64_t end = (p.firstRow + p.regionRows) << p.log2Width, begin = (p.firstRow << p.log2Width) / GROUP_KEYS;
  for (uint64_t g = first / GROUP_KEYS; g * GROUP_KEYS < first + count && g * GROUP_KEYS < end; g++) {
    if (g >= begin) sparseWrite({p, s.zero + (g * GROUP_KEYS - first) / 64, 0, p.firstTile, 1, s, streaming}, g, dtype);
  }
}

static SMALL void sparsePass(const SparseCall& c, uint64_t begin, uint64_t end, bool streaming,
                                const SparseDType& dtype) {
  const Sparse& p = c.sparse;
  auto& s = *reinterpret_cast<SparseStrip*>(p.scratch);
  auto* tall = reinterpret_cast<SparseTall*>(c.tall);
  uint64_t keys = p.rows << p.log2Width;
  if (c.pass == CUT) {
    sparseCut(p, *tall);
  } else if (c.pass == RANK) {
    sparseRank(p, *tall);
  } else if (c.pass == STRIPS) {
    uint64_t most = SparseStrip::KEYS / keys < SparseStrip::TILES ? SparseStrip::KEYS / keys : SparseStrip::TILES;
    for (uint64_t i = begin; i < end; i += most) {
      sparseStrip(p, p.firstTile + i, int(end - i < most ? end - i : most), s, streaming, dtype);
    }
  } else {
    for (uint64_t i = begin; i < end; i += SparseKeys::MOST) {
      sparseTall(c, i, least(SparseKeys::MOST, (end < keys ? end : keys) - i), s, streaming, dtype);
    }
  }
  if (streaming) streamed();
}

template <class T>
static OURS void sparse(const SparseCall& c, uint64_t begin, uint64_t end, bool streaming) {
  using Writer = SparseWriter<typename T::Stored>;
  SparseDType dtype{typedNormals<T>, Writer::rows, Writer::row, sizeof(typename T::Stored)};
  sparsePass(c, begin, end, streaming, dtype);
}
