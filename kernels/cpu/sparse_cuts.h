// SPDX-License-Identifier: Apache-2.0
// The keys of a tile, or of some of its rows, and which of them are of zeros.
#pragma once
#include "elements.h"
#include "lanes.h"
#include "sparse.cuh"

INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

// A byte for each of 64 keys.
typedef uint8_t B64 __attribute__((ext_vector_type(64)));
typedef bool Bits64 __attribute__((ext_vector_type(64)));
typedef char Mask64 __attribute__((ext_vector_type(64)));

INLINE uint64_t bitsOf(Mask64 mask) { return __builtin_bit_cast(uint64_t, __builtin_convertvector(mask, Bits64)); }

// Sixteen columns: a number or a count of each.
typedef uint8_t B16 __attribute__((vector_size(16)));
typedef uint32_t C16 __attribute__((vector_size(64)));
typedef uint8_t B32 __attribute__((vector_size(32)));
struct Twice {
  B32 of[2];
};
struct Parts {
  B16 of[4];
};

typedef uint64_t Eight64 __attribute__((vector_size(64), aligned(8)));

struct SparseKeys {
  static constexpr int MOST = 1 << 18;  // keys at a time: they fit in the L2 cache

  alignas(64) uint8_t keys[MOST + 128];
  uint64_t tile, first;     // of the keys
  int64_t count;
  Bits bits;
  alignas(16) uint8_t cuts[WIDEST];     // of each column: the highest key such that those that are less are not too many
  int64_t left[WIDEST];     // zeros among the ties, the elements of just that key
  int64_t tiesOf[WIDEST];   // how many each column has
  int64_t ties;             // in all
  uint32_t places[MOST];    // of the ties among the keys
  uint32_t words[MOST];     // theirs
  uint64_t orders[MOST + 8 * WIDEST];  // ColumnKeys.tie of each, column by column

  // Draws the keys from an index of a tile on, which is a multiple of 16. Behind the last there are 255s.
  SMALL void draw(const Sparse& p, uint64_t tile, uint64_t first, int64_t count) {
    this->tile = tile;
    this->first = first;
    this->count = count;
    uint64_t block = p.keyBlock + (tile * p.perTile + first) / 16, end = block + uint64_t(count + 15) / 16;
    for (auto* to = keys; block < end;) {
      int some = int(least(least(BLOCKS, end - block), 65536 - (block & 0xffff)));
      ::draw<false>(Keys(p.source), block, some, bits);
      copy(reinterpret_cast<char*>(to), reinterpret_cast<const char*>(bits.words), uint64_t(some) * 16, false);
      block += uint64_t(some);
      to += some * 16;
    }
    for (int64_t i = count; i < (count + 63) / 64 * 64; i++) keys[i] = 255;
  }

  // A number for each column in the lanes of its keys. Of tiles that are narrower, columns are there several times.
  static B64 lanes(const uint8_t* columns) {
    B16 once = *reinterpret_cast<const B16*>(columns);
    auto twice = __builtin_shufflevector(once, once, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5,
                                         6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return __builtin_bit_cast(B64, Twice{{twice, twice}});
  }

  static B64 load(const uint8_t* keys) { return *reinterpret_cast<const B64*>(keys); }

  static constexpr int TRIED = 4;

  // How many of each column's keys are less than its number, and than the next ones: the first of them, or all four.
  template <int tried>
  NOINLINE void countBelow(int64_t width, const uint8_t* number, int64_t (*below)[WIDEST]) const {
    constexpr int64_t MOST_VECTORS = 255;  // whose matches a byte can count
    B64 lowest = lanes(number);
    C16 all[tried] = {};
    int64_t vectors = (count + 63) / 64;
    for (int64_t done = 0; done < vectors; done += MOST_VECTORS) {
      B64 counts[tried] = {};
      for (int64_t i = done; i < least(vectors, done + MOST_VECTORS); i++) {
        B64 key = load(keys + 64 * i);
        for (int t = 0; t < tried; t++) counts[t] -= (B64)(key < lowest + uint8_t(t));
      }
      for (int t = 0; t < tried; t++) {
        auto parts = __builtin_bit_cast(Parts, counts[t]);
        for (int k = 0; k < 4; k++) all[t] += __builtin_convertvector(parts.of[k], C16);
      }
    }
    ROLLED
    for (int t = 0; t < tried; t++) {
      ROLLED
      for (int64_t j = 0; j < WIDEST; j++) {
        below[t][j] = 0;
        ROLLED
        for (int64_t k = j & (width - 1); k < WIDEST; k += width) below[t][j] += all[t][k];
      }
    }
  }

  // The columns' cuts, where all of their keys are here. Keys are uniform: what is too many or too few at a guess says how
  // far the cut is from there, almost always to one.
  SMALL void findCuts(const Sparse& p) {
    int64_t width = 1ll << p.log2Width, zeros = int64_t(p.zeros), rows = int64_t(p.rows), below[TRIED][WIDEST];
    alignas(16) uint8_t guess[WIDEST];
    uint8_t low[WIDEST], high[WIDEST];  // cuts are from low to high
    for (int j = 0; j < WIDEST; j++) {
      low[j] = 0;
      high[j] = 255;
      guess[j] = uint8_t(256 * zeros / rows);  // zeros < rows
    }
    countBelow<1>(width, guess, below);
    for (int j = 0; j < WIDEST; j++) {
      if (below[0][j] <= zeros) low[j] = guess[j];
      else high[j] = uint8_t(guess[j] - 1);
      left[j] = zeros - below[0][j];
      cuts[j] = guess[j];
    }
    for (bool open = true; open;) {
      for (int j = 0; j < WIDEST; j++) {
        int64_t near = cuts[j] + (256 * left[j] - (left[j] < 0 ? rows : 0)) / rows - 1;
        near = near < low[j] ? low[j] : least(near, high[j]);
        guess[j] = uint8_t(least(near, 256 - TRIED));
      }
      countBelow<TRIED>(width, guess, below);
      open = false;
      for (int j = 0; j < WIDEST; j++) {
        // The first of the numbers that too many keys are less than; of 256, all are.
        int t = 0;
        while (t < TRIED && below[t][j] <= zeros) t++;
        bool atEnd = t == TRIED && guess[j] == 256 - TRIED;
        int nearest = t > 0 ? t - 1 : 0;
        cuts[j] = uint8_t(guess[j] + nearest);
        left[j] = zeros - below[nearest][j];
        if (t == 0) high[j] = uint8_t(guess[j] - 1);
        else low[j] = cuts[j];
        open |= t == 0 || (t == TRIED && !atEnd);
      }
    }
  }

  // Marks the zeros that their keys make, and what is no element, and lists the ties.
  NOINLINE void compare(const Sparse& p, uint64_t* zero) {
    int64_t width = 1ll << p.log2Width, columns = least(width, int64_t(p.columns - tile * width));
    uint64_t real = 0;
    for (int i = 0; i < 64; i++) real |= uint64_t((i & (width - 1)) < columns) << i;
    B64 cut = lanes(cuts);
    int64_t some = 0;
    for (int64_t i = 0; i < count; i += 64) {
      B64 key = load(keys + i);
      uint64_t there = count - i < 64 ? real & ((1ull << (count - i)) - 1) : real;
      zero[i >> 6] = bitsOf(key < cut) | ~there;
      uint64_t tied = bitsOf(key == cut) & there;
      orders[some] = tied;  // of which most are 0: listed without a branch
      words[some] = uint32_t(i);
      some += tied != 0;
    }
    ties = 0;
    ROLLED
    for (int64_t i = 0; i < some; i++) {
      for (uint64_t tied = orders[i]; tied != 0; tied &= tied - 1) places[ties++] = words[i] + uint32_t(__builtin_ctzll(tied));
    }
    drawTies(p);
  }

  // Draws the ties' words: a block for each, of which one word is of use.
  SMALL void drawTies(const Sparse& p) {
    uint64_t base = p.tieBlock + (tile * p.perTile + first) / 4, blocks[BLOCKS + LANES];
    for (int64_t done = 0; done < ties; done += BLOCKS) {
      int some = int(least(BLOCKS, ties - done));
      for (int i = 0; i < some; i++) blocks[i] = base + places[done + i] / 4;
      for (int i = some; i < some + LANES; i++) blocks[i] = base;
      ::draw<false>(Keys(p.source), blocks, some, bits);
      for (int i = 0; i < some; i++) words[done + i] = bits.words[4 * i + (places[done + i] & 3)];
    }
  }

  uint64_t order(const Sparse& p, int64_t i) const {
    return uint64_t(words[i]) << 31 | (first + places[i]) >> p.log2Width;
  }

  // Marks those ties of each column that are zero: the least.
  SMALL void settle(const Sparse& p, uint64_t* zero) {
    int64_t width = 1ll << p.log2Width, room = (MOST >> p.log2Width) + 8;
    int64_t cut[WIDEST];
    for (int j = 0; j < WIDEST; j++) tiesOf[j] = 0;
    for (int64_t i = 0; i < ties; i++) {
      int64_t j = places[i] & (width - 1);
      orders[j * room + tiesOf[j]++] = order(p, i);
    }
    for (int64_t j = 0; j < width; j++) cut[j] = left[j] == 0 || tiesOf[j] == 0 ? -1 : int64_t(select(orders + j * room, tiesOf[j], left[j] - 1));
    settle(p, zero, cut);
  }

  // The same, where the greatest order of a column's zeros is known; -1 for none.
  void settle(const Sparse& p, uint64_t* zero, const int64_t* cut) {
    int64_t width = 1ll << p.log2Width;
    for (int64_t i = 0; i < ties; i++) {
      uint32_t place = places[i];
      bool least = int64_t(order(p, i)) <= cut[place & (width - 1)];
      zero[place >> 6] |= uint64_t(least) << (place & 63);
    }
  }

  // The order of a rank, from 0 on; no two are equal. Of a few, by counting: no branch is to guess.
  static OURS uint64_t select(uint64_t* a, int64_t count, int64_t rank) {
    if (count > 32) return find(a, count, rank);
    for (int i = 0; i < 8; i++) a[count + i] = ~0ull;
    for (int64_t i = 0;; i++) {
      Eight64 less{};
      for (int64_t j = 0; j < count; j += 8) less -= (Eight64)(*reinterpret_cast<const Eight64*>(a + j) < a[i]);
      if (int64_t(__builtin_reduce_add(less)) == rank) return a[i];
    }
  }

  // Hoare's FIND (CACM 4, 1961).
  SMALL static uint64_t find(uint64_t* a, int64_t count, int64_t rank) {
    int64_t low = 0, high = count - 1;
    while (low < high) {
      uint64_t pivot = a[rank];
      int64_t i = low, j = high;
      while (i <= j) {
        while (a[i] < pivot) i++;
        while (pivot < a[j]) j--;
        if (i <= j) {
          uint64_t moved = a[i];
          a[i++] = a[j];
          a[j--] = moved;
        }
      }
      if (j < rank) low = i;
      if (rank < i) high = j;
    }
    return a[rank];
  }
};
