// SPDX-License-Identifier: Apache-2.0
// The loop over a region's groups of 16 bytes, in batches of some, for one thread's share of them.
#pragma once
#include "elements.cuh"

// Elements of a batch: those of so many blocks.
template <class T>
constexpr int BATCH = BLOCKS * PER_BLOCK<T>;
constexpr int BATCH_BYTES = 16 * BLOCKS;  // at most

// How a kernel's blocks go to memory that is larger than the caches: past them.
enum Flags : uint64_t { STREAMING = 1 };

typedef uint64_t Pair __attribute__((vector_size(16), aligned(8)));
struct Line {
  Pair parts[4];
};

// Copies to memory, 16 bytes at a time; whole lines past the caches where asked for.
static NOINLINE void copy(char* to, const char* from, uint64_t bytes, bool streaming) {
  uint64_t i = 0;
  if (streaming) {
    uint64_t head = -uint64_t(to) % 64;
    for (; i < head && i < bytes; i++) to[i] = from[i];
    for (; i + 64 <= bytes; i += 64) {
      Line line;
      __builtin_memcpy(&line, from + i, 64);
      for (int k = 0; k < 4; k++) {
        __builtin_nontemporal_store(line.parts[k], reinterpret_cast<Pair*>(__builtin_assume_aligned(to + i, 64)) + k);
      }
    }
  }
  for (; i + 16 <= bytes; i += 16) __builtin_memcpy(to + i, from + i, 16);
  for (; i < bytes; i++) to[i] = from[i];
}

INLINE void streamed() {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#elif defined(__aarch64__)
  __asm__ volatile("dmb ishst" ::: "memory");
#endif
}

// The rows of a region, one after the other.
struct Rows {
  const Region& r;
  uint64_t bytes, at[OUTER], memory, start;

  __attribute__((noinline)) Rows(const Region& r, uint64_t bytes, uint64_t index) : r(r), bytes(bytes), memory(r.memory), start(r.start) {
    for (int d = int(r.rank) - 1; d >= 0; d--) {
      at[d] = index % r.sizes[d];
      index /= r.sizes[d];
      memory += at[d] * r.memoryStrides[d] * bytes;
      start += at[d] * r.wholeStrides[d];
    }
  }
  // The next row; behind the last one comes the first.
  NOINLINE void next() {
    for (int d = int(r.rank) - 1; d >= 0; d--) {
      memory += r.memoryStrides[d] * bytes;
      start += r.wholeStrides[d];
      if (++at[d] < r.sizes[d]) return;
      memory -= r.sizes[d] * r.memoryStrides[d] * bytes;
      start -= r.sizes[d] * r.wholeStrides[d];
      at[d] = 0;
    }
  }
};

// What makes the elements of a batch, and of some more up to a whole one: neighboring groups of 16 bytes from `first` on, or the groups that are listed.
struct Maker {
  void(OURS* make)(Maker* self, const uint64_t* groups, uint64_t first, int count, void* out);
};

static NOINLINE void narrow(const Format8& of, const float* __restrict x, int count, uint8_t* __restrict out) {
  const Format8 format = of;
  VECTORIZED
  for (int i = 0; i < count; i++) out[i] = uint8_t(format.round(x[i]));
}

// Elements of 8 bits: another makes them as binary32, four groups for each of ours; then they are rounded.
struct Narrowed : Maker {
  Maker& floats;
  Format8 format;

  __forceinline__ Narrowed(Maker& floats, const Format8& format) : Maker{make}, floats(floats), format(format) {}

  static SMALL void make(Maker* self, const uint64_t* groups, uint64_t first, int count, void* out) {
    auto& narrowed = *static_cast<Narrowed*>(self);
    float x[4 * BLOCKS];
    uint64_t list[BLOCKS];
    for (int i = 0; groups && i < 4 * count; i++) list[i] = 4 * groups[i / 4] + uint64_t(i % 4);
    narrowed.floats.make(&narrowed.floats, groups ? list : nullptr, 4 * first, 4 * count, x);
    narrow(narrowed.format, x, 16 * count, static_cast<uint8_t*>(out));
  }
};

// The type that a maker of a type's elements makes.
template <class T>
using Made = std::conditional_t<sizeof(typename T::Stored) == 1, F32, T>;

// Copies elements that are not neighbors in memory.
template <class Stored>
INLINE void copyApart(char* to, uint64_t stride, const char* from, uint64_t count) {
  auto* out = reinterpret_cast<Stored*>(to);
  auto* x = reinterpret_cast<const Stored*>(from);
  ROLLED
  for (uint64_t k = 0; k < count; k++) out[k * stride] = x[k];
}

// The loop over a region of elements of so many bytes.
struct Filling {
  const Region& r;
  const uint64_t bytes, N;  // of an element; elements of a group
  const int most;           // groups of a batch
  Maker& maker;
  bool streaming;
  alignas(64) char batch[BATCH_BYTES];

  __forceinline__ Filling(const Region& r, int bytes, Maker& maker, bool streaming)
      : r(r), bytes(uint64_t(bytes)), N(uint64_t(16 / bytes)), most(bytes < 4 ? BLOCKS / 4 * bytes : BLOCKS), maker(maker), streaming(streaming) {}

  // Writes elements of a row from position `first` on: those of `count` that the row has.
  NOINLINE void write(uint64_t memory, uint64_t start, const char* x, uint64_t first, uint64_t count) {
    uint64_t skipped = first < start ? start - first : 0;
    uint64_t end = first + count < start + r.length ? first + count : start + r.length;
    if (first + skipped >= end) return;
    uint64_t i = first + skipped - start, n = end - first - skipped;
    char* to = reinterpret_cast<char*>(memory) + i * r.stride * bytes;
    x += skipped * bytes;
    if (r.stride != 1) {
#define APART(_, size) \
  if (bytes == size) copyApart<typename Raw<size>::Stored>(to, r.stride, x, n);
      SIZES(APART, )
#undef APART
    } else if (n == N) {
      __builtin_memcpy(to, x, 16);
    } else {
      copy(to, x, n * bytes, streaming);
    }
  }

  // A row's share: groups from `group` on, counted from the one that it starts in.
  void fillRow(const Rows& row, uint64_t group, uint64_t count) {
    uint64_t last = (row.start + r.length + N - 1) / N;  // the first group behind the row
    group += row.start / N;
    uint64_t end = group + count < last ? group + count : last;
    while (group < end) {
      // Batches end at multiples of their size: a run of blocks never crosses one of 65536.
      uint64_t next = (group / most + 1) * most;
      if (next > end) next = end;
      uint64_t first = group * N, n = (next - group) * N;
      // What is made of a whole batch is no more than that.
      bool whole = next - group == uint64_t(most) && first >= row.start && first + n <= row.start + r.length;
      if (whole && r.stride == 1 && !streaming) {
        maker.make(&maker, nullptr, group, int(next - group), reinterpret_cast<char*>(row.memory) + (first - row.start) * bytes);
      } else {
        maker.make(&maker, nullptr, group, int(next - group), batch);
        write(row.memory, row.start, batch, first, n);
      }
      group = next;
    }
  }

  void fillRows(uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end;) {
      uint64_t index = i / r.groups, group = i - index * r.groups;
      uint64_t count = r.groups - group < end - i ? r.groups - group : end - i;
      fillRow(Rows(r, bytes, index), group, count);
      i += count;
    }
  }

  // Where rows are short, or memory is contiguous down them: groups of several rows to a batch.
  void fillGroups(uint64_t begin, uint64_t end) {
    uint64_t list[BLOCKS], memory[BLOCKS], start[BLOCKS];
    uint64_t inner = r.rowsFirst ? r.rows : r.groups, outer = begin / inner, rest = begin - outer * inner;
    Rows row(r, bytes, r.rowsFirst ? rest : outer);
    for (uint64_t i = begin; i < end;) {
      int n = 0;
      for (; n < most && i < end; i++, n++) {
        list[n] = row.start / N + (r.rowsFirst ? outer : rest);
        memory[n] = row.memory;
        start[n] = row.start;
        if (r.rowsFirst) row.next();
        if (++rest == inner) {
          rest = 0;
          outer++;
          if (!r.rowsFirst) row.next();
        }
      }
      maker.make(&maker, list, 0, n, batch);
      for (int k = 0; k < n; k++) write(memory[k], start[k], batch + 16 * k, list[k] * N, N);
    }
  }
};

// Groups `begin` to `end - 1` of the region's rows * groups, in the order in which a GPU's threads share them.
static NOINLINE void fillRegion(const Region& r, int bytes, uint64_t begin, uint64_t end, Maker& maker,
                                                 bool streaming) {
  Filling filling(r, bytes, maker, streaming);
  if (r.rows != 1 && (r.rowsFirst || r.groups < 64)) {
    filling.fillGroups(begin, end);
  } else {
    filling.fillRows(begin, end);
  }
  if (streaming) streamed();
}

// Of a type, by a maker of Made<T>.
template <class T>
INLINE void fillTyped(const Region& r, uint64_t begin, uint64_t end, Maker& maker, bool streaming) {
  if constexpr (sizeof(typename T::Stored) == 1) {
    Narrowed narrowed(maker, T::format());
    fillRegion(r, 1, begin, end, narrowed, streaming);
  } else {
    fillRegion(r, sizeof(typename T::Stored), begin, end, maker, streaming);
  }
}
