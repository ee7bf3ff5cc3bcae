/* A libcusolver.so.11 over libcusolver.so.12: what Initium calls of it is the same in both. JCuda's natives ask for
 * the former by name and by symbol version. Built by bench/gpu/run.sh where only CUDA 13 is installed. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define EACH(F)                                                                                     \
  F(cusolverDnCreate) F(cusolverDnDestroy) F(cusolverDnSetStream) F(cusolverDnCreateParams)         \
  F(cusolverDnDestroyParams) F(cusolverDnSgeqrf_bufferSize) F(cusolverDnDgeqrf_bufferSize)          \
  F(cusolverDnSgeqrf) F(cusolverDnDgeqrf) F(cusolverDnSorgqr_bufferSize)                            \
  F(cusolverDnDorgqr_bufferSize) F(cusolverDnSorgqr) F(cusolverDnDorgqr)                            \
  F(cusolverDnXgeqrf_bufferSize) F(cusolverDnXgeqrf)

/* A jump leaves the arguments where the caller put them. */
#define DEFINE(name)            \
  static void* to_##name;       \
  __attribute__((naked)) void name(void) { __asm__("jmp *%0" : : "m"(to_##name)); }
EACH(DEFINE)

__attribute__((constructor)) static void resolve(void) {
  void* library = dlopen("libcusolver.so.12", RTLD_NOW | RTLD_GLOBAL);
  if (library == NULL) {
    fprintf(stderr, "libcusolver.so.12: %s\n", dlerror());
    return;
  }
#define RESOLVE(name)                                                        \
  if ((to_##name = dlsym(library, #name)) == NULL) {                         \
    fprintf(stderr, "libcusolver.so.12 has no %s\n", #name);                 \
  }
  EACH(RESOLVE)
}
