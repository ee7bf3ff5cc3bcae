// SPDX-License-Identifier: Apache-2.0
// Runs the kernels over vectors.txt, which the Java reference made (KernelFuzzTest), and compares what they write with it:
// under sanitizers, on aarch64 by qemu, and the Windows library by wine. A line is, in hexadecimal,
//   kernel begin end flags places hash parameters...
// Parameters that are addresses are offsets: `places` says into what, and which parameter, in 12 bits for each (KernelCase).
#include <stddef.h>
#include <stdint.h>
#include "../kernel.h"

__asm__(
    ".data\n"
    ".globl vectors_text\n"
    "vectors_text:\n"
    ".incbin \"vectors.txt\"\n"
    ".byte 0\n"
    ".text\n");
extern "C" const char vectors_text[];

constexpr size_t BYTES = 1 << 18, TABLE = 2 * 848 * 11;
alignas(64) static unsigned char memory[BYTES];
static float floats[TABLE];
static double doubles[TABLE];
constexpr size_t WORDS = 1 << 16;
alignas(64) static uint32_t scratch[9 << 18];  // begins with words

static const char *at;
static bool in(char c) { return *at == c; }
static uint64_t hex() {
  while (in(' ')) at++;
  uint64_t value = 0;
  for (; *at > ' '; at++) value = value << 4 | uint64_t(*at <= '9' ? *at - '0' : *at - 'a' + 10);
  return value;
}

// Whether all lines hold; `find` gives the kernel of a name.
template <class Find, class Say>
static bool check(Find find, Say say) {
  for (size_t i = 0; i < TABLE; i++) {
    doubles[i] = double(uint32_t(i * 2654435761u)) * 0x1p-32 - 0.5;
    floats[i] = float(doubles[i]);
  }
  int lines = 0, wrong = 0;
  for (at = vectors_text; *at; at++) {
    char name[32] = {};
    for (int i = 0; !in(' '); at++) name[i++] = *at;
    uint64_t begin = hex(), end = hex(), flags = hex(), places = hex(), hash = hex();
    uint64_t parameters[512] = {};
    for (int i = 0; !in('\n'); i++) parameters[i] = hex();
    for (size_t i = 0; i < BYTES; i++) memory[i] = 0x5a;
    for (uint32_t i = 0; i < WORDS; i++) scratch[i] = i * 2654435761u;
    bool wide = false;
    for (const char *c = name; *c; c++) wide |= c[0] == 'f' && c[1] == '6';
    uint64_t tables = wide ? uint64_t(doubles) : uint64_t(floats);
    for (; places; places >>= 12) {
      uint64_t kind = places >> 8 & 15;
      parameters[places & 255] += kind == 4 ? uint64_t(memory) : kind == 2 ? uint64_t(scratch) : tables;
    }
    Entry kernel = find(name);
    if (kernel) kernel(parameters, begin, end, flags);
    uint64_t got = 0xcbf29ce484222325;
    for (size_t i = 0; i < BYTES; i++) got = (got ^ memory[i]) * 0x100000001b3;
    lines++;
    if (!kernel || got != hash) {
      wrong++;
      say(name);
      say(" is wrong\n");
    }
  }
  char digits[] = "0000 vectors, 0000 wrong\n";
  for (int i = 3, l = lines, w = wrong; i >= 0; i--, l /= 10, w /= 10) digits[i] += char(l % 10), digits[14 + i] += char(w % 10);
  say(digits);
  return lines > 100 && wrong == 0;
}

static Entry named(const Kernel *k, const char *name) {
  for (; k->name; k++) {
    int i = 0;
    while (name[i] && name[i] == k->name[i]) i++;
    if (name[i] == k->name[i]) return k->run;
  }
  return nullptr;
}

#if defined(_WIN32)
#include <stdio.h>
#include <string.h>
#include <windows.h>
// A Java whose arrays are memory.
struct Array {
  const void *at;
  int32_t length;
};
static int32_t length(void *, Array *array) { return array->length; }
template <class T>
static void region(void *, Array *array, int32_t from, int32_t count, T *to) {
  for (int32_t i = 0; i < count; i++) to[i] = static_cast<const T *>(array->at)[from + i];
}
static const void *functions[256];
static const void *const *java = functions;

using Find = int64_t (*)(void *, void *, int64_t, Array *);
using Run = int64_t (*)(void *, void *, int64_t, Array *, int64_t, int64_t, int64_t);
static Run run;
static int64_t found;
static OURS void through(const void *p, uint64_t begin, uint64_t end, uint64_t flags) {
  Array parameters{p, 512};
  run(&java, nullptr, found, &parameters, int64_t(begin), int64_t(end), int64_t(flags));
}
int main() {
  functions[171] = (void *)length;
  functions[200] = (void *)region<char>;
  functions[204] = (void *)region<int64_t>;
  HMODULE library = LoadLibraryA("initium-windows-x86_64.dll");
  if (!library) return printf("the library does not load: %lu\n", GetLastError()), 1;
  auto door = [&](const char *name) { return (void *)GetProcAddress(library, name); };
  auto best = (int64_t(*)(void *, void *))door("Java_org_initium_cpu_kernels_NativeLibrary_level");
  auto kernel = (Find)door("Java_org_initium_cpu_kernels_NativeLibrary_kernel");
  run = (Run)door("Java_org_initium_cpu_kernels_NativeLibrary_run");
  if (!best || !kernel || !run) return printf("a door is missing\n"), 1;
  bool good = true;
  for (int64_t level = 2; level <= best(nullptr, nullptr); level++) {
    printf("x86-64-v%d%s: ", level < 5 ? int(level) : 4, level < 5 ? "" : "-bf16");
    auto find = [&](const char *name) -> Entry {
      Array text{name, int32_t(strlen(name))};
      return (found = kernel(&java, nullptr, level, &text)) ? through : nullptr;
    };
    good &= check(find, [](const char *text) { fputs(text, stdout); });
  }
  return !good;
}
#elif defined(FREESTANDING)
extern const Kernel kernels_base[];
static long call(long number, long a, long b, long c) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
extern "C" void _start() {
  auto say = [](const char *text) {
    long n = 0;
    while (text[n]) n++;
    call(64, 1, long(text), n);
  };
  call(94, !check([](const char *name) { return named(kernels_base, name); }, say), 0, 0);
}
#else
#include <stdio.h>
#define LIST(name) extern const Kernel name[];
LEVELS(LIST)
int main() {
  auto find = [](const char *name) {
    Entry kernel = nullptr;  // of the first level that has it, as library.cpp has it
#define FIND(level) kernel = kernel ? kernel : named(level, name);
    LEVELS(FIND)
    return kernel;
  };
  return !check(find, [](const char *text) { fputs(text, stdout); });
}
#endif
