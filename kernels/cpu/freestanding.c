// SPDX-License-Identifier: Apache-2.0
// What compilers call without being asked. Compiled without builtins, so that none of it becomes a call of itself.
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
  for (size_t i = 0; i < n; i++) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memmove(void *to, const void *from, size_t n) {
  if ((uintptr_t)to - (uintptr_t)from >= n) return memcpy(to, from, n);
  while (n--) ((char *)to)[n] = ((const char *)from)[n];
  return to;
}

void *memset(void *to, int value, size_t n) {
  for (size_t i = 0; i < n; i++) ((char *)to)[i] = (char)value;
  return to;
}

#if defined(__x86_64__)
// Shifts of 128 bits.
typedef union {
  unsigned __int128 all;
  uint64_t half[2];
} Long;

unsigned __int128 __ashlti3(unsigned __int128 a, int by) {
  Long x = {a}, y;
  y.half[1] = by >= 64 ? x.half[0] << (by - 64) : by ? x.half[1] << by | x.half[0] >> (64 - by) : x.half[1];
  y.half[0] = by >= 64 ? 0 : x.half[0] << by;
  return y.all;
}

unsigned __int128 __lshrti3(unsigned __int128 a, int by) {
  Long x = {a}, y;
  y.half[0] = by >= 64 ? x.half[1] >> (by - 64) : by ? x.half[0] >> by | x.half[1] << (64 - by) : x.half[0];
  y.half[1] = by >= 64 ? 0 : x.half[1] >> by;
  return y.all;
}
#endif

#if defined(__APPLE__)
void bzero(void *to, size_t n) { memset(to, 0, n); }
#endif

#if defined(_WIN32)
// Touches the pages of a large frame in order, as Windows wants; the size is in rax, which stays.
__asm__(
    ".globl __chkstk\n"
    "__chkstk:\n"
    "  push %rcx\n"
    "  push %rax\n"
    "  lea 24(%rsp), %rcx\n"
    "1:\n"
    "  cmp $4096, %rax\n"
    "  jb 2f\n"
    "  sub $4096, %rcx\n"
    "  orb $0, (%rcx)\n"
    "  sub $4096, %rax\n"
    "  jmp 1b\n"
    "2:\n"
    "  sub %rax, %rcx\n"
    "  orb $0, (%rcx)\n"
    "  pop %rax\n"
    "  pop %rcx\n"
    "  ret\n");
#endif
