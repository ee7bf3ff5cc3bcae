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

// Copies to memory; 16 bytes at a time past the caches.
template <class Stored>
INLINE void copy(Stored* to, const Stored* from, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) to[i] = from[i];
}

typedef uint64_t Pair __attribute__((vector_size(16)));
struct Line {
  Pair parts[4];
};

template <class Stored>
INLINE void stream(Stored* to, const Stored* from, uint64_t count) {
  uint64_t head = -uint64_t(to) % 64 / sizeof(Stored);
  if (head >= count) return copy(to, from, count);
  copy(to, from, head);
  constexpr uint64_t LINE = 64 / sizeof(Stored);
  uint64_t i = head;
  for (; i + LINE <= count; i += LINE) {
    Line line;
    __builtin_memcpy(&line, from + i, 64);
    for (int k = 0; k < 4; k++) __builtin_nontemporal_store(line.parts[k], reinterpret_cast<Pair*>(to + i) + k);
  }
  copy(to + i, from + i, count - i);
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

  __forceinline__ Rows(const Region& r, uint64_t bytes, uint64_t index) : r(r), bytes(bytes), memory(r.memory), start(r.start) {
    for (int d = int(r.rank) - 1; d >= 0; d--) {
      at[d] = index % r.sizes[d];
      index /= r.sizes[d];
      memory += at[d] * r.memoryStrides[d] * bytes;
      start += at[d] * r.wholeStrides[d];
    }
  }
  // The next row; behind the last one comes the first.
  __forceinline__ void next() {
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

// Writes elements of a row from position `first` on: those of `count` that the row has.
template <class T>
INLINE void write(const Region& r, uint64_t memory, uint64_t start, const typename T::Stored* x, uint64_t first, uint64_t count,
                  bool streaming) {
  using Stored = typename T::Stored;
  uint64_t skipped = first < start ? start - first : 0;
  uint64_t end = first + count < start + r.length ? first + count : start + r.length;
  if (first + skipped >= end) return;
  uint64_t i = first + skipped - start, n = end - first - skipped;
  Stored* to = reinterpret_cast<Stored*>(memory) + i * r.stride;
  x += skipped;
  if (r.stride != 1) {
    for (uint64_t k = 0; k < n; k++) to[k * r.stride] = x[k];
  } else if (streaming) {
    stream(to, x, n);
  } else {
    copy(to, x, n);
  }
}

// A row's share: groups from `group` on, relative to the one that it starts in.
template <class T, class Make>
INLINE void fillRow(const Region& r, const Rows& row, uint64_t group, uint64_t count, Make& make, bool streaming) {
  using Stored = typename T::Stored;
  constexpr int N = GROUP<T>;
  alignas(64) Stored batch[BATCH<T>];
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
      make.run(group, int(next - group), reinterpret_cast<Stored*>(row.memory) + (first - row.start));
    } else {
      make.run(group, int(next - group), batch);
      write<T>(r, row.memory, row.start, batch, first, n, streaming);
    }
    group = next;
  }
}

// Groups `begin` to `end - 1` of the region's rows * groups, in the order in which a GPU's threads share them: make.run
// computes neighbouring groups, make.list some that are not.
template <class T, class Make>
INLINE void fillRegion(const Region& r, uint64_t begin, uint64_t end, Make& make, bool streaming) {
  constexpr uint64_t N = GROUP<T>;
  bool apart = r.rows != 1 && (r.rowsFirst || r.groups < 64);
  if (!apart) {
    for (uint64_t i = begin; i < end;) {
      uint64_t index = i / r.groups, group = i - index * r.groups;
      uint64_t count = r.groups - group < end - i ? r.groups - group : end - i;
      Rows row(r, sizeof(typename T::Stored), index);
      fillRow<T>(r, row, group, count, make, streaming);
      i += count;
    }
  } else {
    alignas(64) typename T::Stored batch[BATCH<T>];
    uint64_t list[GROUPS<T>], memory[GROUPS<T>], start[GROUPS<T>];
    uint64_t inner = r.rowsFirst ? r.rows : r.groups, outer = begin / inner, rest = begin - outer * inner;
    Rows row(r, sizeof(typename T::Stored), r.rowsFirst ? rest : outer);
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
      make.list(list, n, batch);
      for (int k = 0; k < n; k++) write<T>(r, memory[k], start[k], batch + k * N, list[k] * N, N, false);
    }
  }
  if (streaming) streamed();
}
