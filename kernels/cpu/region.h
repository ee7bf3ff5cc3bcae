// The loop over a region's groups of 16 bytes, in batches of some, for one thread's share of them.
#pragma once
#include "elements.cuh"

// Elements of a batch.
template <class T>
constexpr int BATCH = 2 * BLOCKS * (sizeof(typename T::Stored) == 8 ? 1 : 2);
template <class T>
constexpr int GROUPS = BATCH<T> / GROUP<T>;

// How a kernel's blocks go to memory that is larger than the caches: past them.
enum Flags : uint64_t { STREAMING = 1 };

typedef uint64_t Pair __attribute__((vector_size(16), aligned(8)));
struct Line {
  Pair parts[4];
};

// Copies to memory, 16 bytes at a time; whole lines past the caches where asked for.
static __attribute__((noinline)) void copy(char* to, const char* from, uint64_t bytes, bool streaming) {
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
  __attribute__((noinline)) void next() {
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

// What makes the elements of a batch: neighbouring groups from `first` on, or the groups that are listed.
template <class Stored>
struct Maker {
  void (*make)(Maker* self, const uint64_t* groups, uint64_t first, int count, Stored* out);
};

// The loop over a region of elements of some size.
template <int bytes>
struct Filling {
  using T = Raw<bytes>;
  using Stored = typename T::Stored;
  static constexpr uint64_t N = GROUP<T>;

  const Region& r;
  Maker<Stored>& maker;
  bool streaming;
  alignas(64) Stored batch[BATCH<T>];

  __forceinline__ Filling(const Region& r, Maker<Stored>& maker, bool streaming) : r(r), maker(maker), streaming(streaming) {}

  // Writes elements of a row from position `first` on: those of `count` that the row has.
  __attribute__((noinline)) void write(uint64_t memory, uint64_t start, const Stored* x, uint64_t first, uint64_t count) {
    uint64_t skipped = first < start ? start - first : 0;
    uint64_t end = first + count < start + r.length ? first + count : start + r.length;
    if (first + skipped >= end) return;
    uint64_t i = first + skipped - start, n = end - first - skipped;
    Stored* to = reinterpret_cast<Stored*>(memory) + i * r.stride;
    x += skipped;
    if (r.stride != 1) {
      for (uint64_t k = 0; k < n; k++) to[k * r.stride] = x[k];
    } else if (n == N) {
      __builtin_memcpy(to, x, 16);
    } else {
      copy(reinterpret_cast<char*>(to), reinterpret_cast<const char*>(x), n * bytes, streaming);
    }
  }

  // A row's share: groups from `group` on, counted from the one that it starts in.
  void fillRow(const Rows& row, uint64_t group, uint64_t count) {
    uint64_t last = (row.start + r.length + N - 1) / N;  // the first group behind the row
    group += row.start / N;
    uint64_t end = group + count < last ? group + count : last;
    while (group < end) {
      // Batches end at multiples of their size: a run of blocks never crosses one of 65536.
      uint64_t next = (group / GROUPS<T> + 1) * GROUPS<T>;
      if (next > end) next = end;
      uint64_t first = group * N, n = (next - group) * N;
      bool inside = first >= row.start && first + n <= row.start + r.length;
      if (inside && r.stride == 1 && !streaming) {
        maker.make(&maker, nullptr, group, int(next - group), reinterpret_cast<Stored*>(row.memory) + (first - row.start));
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
    uint64_t list[GROUPS<T>], memory[GROUPS<T>], start[GROUPS<T>];
    uint64_t inner = r.rowsFirst ? r.rows : r.groups, outer = begin / inner, rest = begin - outer * inner;
    Rows row(r, bytes, r.rowsFirst ? rest : outer);
    for (uint64_t i = begin; i < end;) {
      int n = 0;
      for (; n < GROUPS<T> && i < end; i++, n++) {
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
      for (int k = 0; k < n; k++) write(memory[k], start[k], batch + k * N, list[k] * N, N);
    }
  }
};

// Groups `begin` to `end - 1` of the region's rows * groups, in the order in which a GPU's threads share them.
template <int bytes>
static __attribute__((noinline)) void fillRegion(const Region& r, uint64_t begin, uint64_t end,
                                                 Maker<typename Raw<bytes>::Stored>& maker, bool streaming) {
  Filling<bytes> filling(r, maker, streaming);
  if (r.rows != 1 && (r.rowsFirst || r.groups < 64)) {
    filling.fillGroups(begin, end);
  } else {
    filling.fillRows(begin, end);
  }
  if (streaming) streamed();
}
