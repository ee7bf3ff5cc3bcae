// SPDX-License-Identifier: Apache-2.0
// The library's doors: which level of instructions, which kernel, and memory. Called by JNI, whose second argument
// means nothing here. No C library: what is needed of the system is asked of it directly.
#include <stdint.h>
#include "kernel.h"

#if defined(_WIN32)
#define EXPORT extern "C" __declspec(dllexport)
extern "C" int _fltused = 0;  // what a C library has, for linkers
#else
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif
#define JAVA(name) EXPORT int64_t Java_org_initium_cpu_kernels_NativeLibrary_##name

#if defined(__x86_64__)
extern const Kernel kernels_v2[], kernels_v3[], kernels_v4[], kernels_v4_bf16[];

static bool has(uint32_t bits, uint32_t all) { return (bits & all) == all; }

struct Cpuid {
  uint32_t a, b, c, d;
  explicit Cpuid(uint32_t leaf, uint32_t part = 0) {
    __asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(leaf), "c"(part));
  }
};

// What x86-64-v2, -v3 and -v4 consist of (the psABI), and whether the system saves the registers; 5 is v4 with AVX512_BF16.
static int levelOfProcessor() {
  if (Cpuid(0).a < 7 || Cpuid(0x80000000).a < 0x80000001) return 0;
  Cpuid one(1), seven(7), extended(0x80000001);
  constexpr uint32_t SSE3 = 1, SSSE3 = 1 << 9, CX16 = 1 << 13, SSE4_1 = 1 << 19, SSE4_2 = 1 << 20, POPCNT = 1 << 23;
  if (!has(one.c, SSE3 | SSSE3 | CX16 | SSE4_1 | SSE4_2 | POPCNT)) return 0;
  constexpr uint32_t FMA = 1 << 12, MOVBE = 1 << 22, OSXSAVE = 1 << 27, AVX = 1 << 28, F16C = 1 << 29;
  constexpr uint32_t BMI1 = 1 << 3, AVX2 = 1 << 5, BMI2 = 1 << 8, LZCNT = 1 << 5;
  if (!has(one.c, FMA | MOVBE | OSXSAVE | AVX | F16C) || !has(seven.b, BMI1 | AVX2 | BMI2) || !has(extended.c, LZCNT)) return 2;
  uint32_t saved, upper;
  __asm__ volatile("xgetbv" : "=a"(saved), "=d"(upper) : "c"(0));
  if (!has(saved, 6)) return 2;
  constexpr uint32_t F = 1 << 16, DQ = 1 << 17, CD = 1 << 28, BW = 1 << 30, VL = 1u << 31;
  if (!has(seven.b, F | DQ | CD | BW | VL) || !has(saved, 0xe6)) return 3;
  constexpr uint32_t BF16 = 1 << 5;
  return seven.a >= 1 && has(Cpuid(7, 1).a, BF16) ? 5 : 4;
}

static const Kernel* kernels(int64_t level) {
  return level >= 5 ? kernels_v4_bf16 : level == 4 ? kernels_v4 : level == 3 ? kernels_v3 : kernels_v2;
}
#else
extern const Kernel kernels_base[];
static int levelOfProcessor() { return 1; }
static const Kernel* kernels(int64_t) { return kernels_base; }
#endif

// The best level of this processor: 2 to 5 of x86-64, 1 of others; 0 where no kernel runs.
JAVA(level)(void*, void*) { return levelOfProcessor(); }

// What is used of Java's Native Interface: functions by their places in the table of its specification.
struct Java {
  void* const* functions;
  int32_t length(void* array) { return reinterpret_cast<int32_t (*)(Java*, void*)>(functions[171])(this, array); }
  template <int place, class T>
  int32_t copy(void* array, T* to, int32_t most) {
    int32_t count = length(array) < most ? length(array) : most;
    reinterpret_cast<void (*)(Java*, void*, int32_t, int32_t, T*)>(functions[place])(this, array, 0, count, to);
    return count;
  }
};
constexpr int BYTES = 200, LONGS = 204;  // Get<Type>ArrayRegion

// Where the memory of a direct buffer is: GetDirectBufferAddress. 0 for other buffers.
JAVA(address)(Java* java, void*, void* buffer) {
  return reinterpret_cast<int64_t (*)(Java*, void*)>(java->functions[230])(java, buffer);
}

// The kernel of that name (its address), 0 if there is none. What a level has none of is the next lower one's.
JAVA(kernel)(Java* java, void*, int64_t level, void* name) {
  char wanted[64];
  wanted[java->copy<BYTES>(name, wanted, 63)] = 0;
  for (; level > 0; level = level > 2 ? level - 1 : 0) {
    for (const Kernel* k = kernels(level); k->name; k++) {
      int i = 0;
      while (k->name[i] && k->name[i] == wanted[i]) i++;
      if (k->name[i] == wanted[i]) return int64_t(k->run);
    }
  }
  return 0;
}

// Does work items `begin` to `end - 1`. Not 0 where the parameters are more than any kernel has.
JAVA(run)(Java* java, void*, int64_t kernel, void* parameters, int64_t begin, int64_t end, int64_t flags) {
  int64_t fields[512];  // org.initium.kernel.Parameters
  if (java->length(parameters) > 512) return 1;
  java->copy<LONGS>(parameters, fields, 512);
  reinterpret_cast<Entry>(kernel)(fields, uint64_t(begin), uint64_t(end), uint64_t(flags));
  return 0;
}

#if defined(__linux__)
#if defined(__x86_64__)
enum Call : int64_t { MMAP = 9, MUNMAP = 11, MINCORE = 27, MADVISE = 28 };
static int64_t call(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) {
  register int64_t r10 __asm__("r10") = d;
  register int64_t r8 __asm__("r8") = e;
  register int64_t r9 __asm__("r9") = f;
  int64_t result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#else
enum Call : int64_t { MMAP = 222, MUNMAP = 215, MINCORE = 232, MADVISE = 233 };
static int64_t call(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) {
  register int64_t x8 __asm__("x8") = number;
  register int64_t x0 __asm__("x0") = a;
  register int64_t x1 __asm__("x1") = b;
  register int64_t x2 __asm__("x2") = c;
  register int64_t x3 __asm__("x3") = d;
  register int64_t x4 __asm__("x4") = e;
  register int64_t x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#endif

constexpr int64_t HUGE = 2 << 20;
constexpr int64_t READ_WRITE = 3, PRIVATE_ANONYMOUS_NORESERVE = 0x4022, HUGEPAGE = 14;

static void unmap(int64_t address, int64_t bytes) {
  if (bytes > 0) call(MUNMAP, address, bytes, 0, 0, 0, 0);
}

// Memory that reads as zeros: `bytes`, a multiple of 4096 (of 2 MB if `huge`: then in huge pages, where Linux has them, so
// that its first touch costs 512 times fewer page faults). Its address, or 0.
JAVA(map)(void*, void*, int64_t bytes, int64_t huge) {
  int64_t spare = huge ? HUGE : 0;
  int64_t start = call(MMAP, 0, bytes + spare, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
  if (start < 0) return 0;
  if (!huge) return start;
  int64_t address = (start + HUGE - 1) & -HUGE;
  unmap(start, address - start);
  unmap(address + bytes, start + HUGE - address);
  call(MADVISE, address, bytes, HUGEPAGE, 0, 0, 0);  // if it fails, it is only slower
  return address;
}

JAVA(unmap)(void*, void*, int64_t address, int64_t bytes) {
  unmap(address, bytes);
  return 0;
}

// Memory of someone else's, all of which is to be written now: if nobody has touched it yet, its huge pages may be whole.
// 1 if that was asked of the system.
JAVA(untouched)(void*, void*, int64_t address, int64_t bytes) {
  int64_t begin = (address + HUGE - 1) & -HUGE, end = (address + bytes) & -HUGE;
  uint8_t resident;
  if (end <= begin || call(MINCORE, end - HUGE, 1, int64_t(&resident), 0, 0, 0) || resident & 1) return 0;
  return call(MADVISE, begin, end - begin, HUGEPAGE, 0, 0, 0) == 0;
}
#endif
