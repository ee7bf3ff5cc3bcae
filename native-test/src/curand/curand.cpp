// SPDX-License-Identifier: Apache-2.0
// cuRAND for the software device: NVIDIA's own host generators make the numbers, at the call, and
// the caller's stream writes them to device memory later. So the values are cuRAND's, the order is
// a GPU's. Pseudo-random generators only.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "../driver/shim.h"

namespace shim = initium::soft::shim;

namespace {

enum Status : int {
  Success = 0,
  NotInitialized = 101,
  OutOfMemory = 102,
  LengthNotMultiple = 105,
  LaunchFailure = 201,
  PreexistingFailure = 202,
  InitializationFailed = 203,
};

struct Generator {
  void* real = nullptr;  // of NVIDIA's library
  bool device = true;
  CUstream stream = nullptr;
};

std::mutex mutex;  // NVIDIA's library makes no promise about threads

// NVIDIA's library. It has the same soname as this one, and neither may see the other's symbols:
// hence its full path, RTLD_LOCAL, and RTLD_DEEPBIND so that its calls to itself stay inside.
void* library() {
  static void* handle = [] {
    const char* path = std::getenv("INITIUM_REAL_CURAND");
    const char* why = "not set; fetch-curand.sh gets NVIDIA's library";
    void* opened = nullptr;
    if (path != nullptr && *path != '\0') {
      opened = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
      why = opened == nullptr ? dlerror() : nullptr;
    }
    if (why != nullptr) std::fprintf(stderr, "software cuRAND: INITIUM_REAL_CURAND: %s\n", why);
    return opened;
  }();
  return handle;
}

template <class... A> int real(const char* name, A... arguments) {
  void* function = library() == nullptr ? nullptr : dlsym(library(), name);
  if (function == nullptr) return InitializationFailed;
  return reinterpret_cast<int (*)(A...)>(function)(arguments...);
}

int create(const char* name, Generator** generator, int type, bool device) {
  if (const int fault = shim::enter(name)) return fault;
  if (device && shim::context() != CUDA_SUCCESS) return InitializationFailed;
  std::lock_guard guard(mutex);
  void* made = nullptr;
  if (const int r = real("curandCreateGeneratorHost", &made, type)) return r;
  *generator = new Generator{made, device, nullptr};
  shim::born(*generator, "cuRAND generator");
  return Success;
}

template <class F> int on(const char* name, Generator* generator, F&& body) {
  if (const int fault = shim::enter(name)) return fault;
  if (!shim::alive(name, generator)) return NotInitialized;
  std::lock_guard guard(mutex);
  return body(*generator);
}

// Passes a call on to the generator of NVIDIA's library that stands behind ours.
template <class... A> int pass(const char* name, Generator* generator, A... arguments) {
  return on(name, generator, [&](Generator& g) { return real(name, g.real, arguments...); });
}

template <class T, class... A>
int fill(const char* name, Generator* generator, T* out, size_t n, A... law) {
  return on(name, generator, [&](Generator& g) -> int {
    if (!g.device) return real(name, g.real, out, n, law...);
    if (n == 0) return Success;
    // Normals, which have a law, come in pairs; the host's do not insist on it.
    if (sizeof...(law) != 0 && n % 2 != 0) return LengthNotMultiple;
    if (shim::context() != CUDA_SUCCESS) return PreexistingFailure;
    if (!shim::onDevice(name, "the output", out, n * sizeof(T))) return LaunchFailure;
    try {
      std::vector<T> numbers(n);
      if (const int r = real(name, g.real, numbers.data(), n, law...)) return r;
      const auto body = [out, numbers = std::move(numbers)] {
        return shim::copy(out, numbers.data(), numbers.size() * sizeof(T));
      };
      return shim::enqueue(name, g.stream, body) == CUDA_SUCCESS ? Success : LaunchFailure;
    } catch (const std::bad_alloc&) {
      return OutOfMemory;
    }
  });
}

}  // namespace

INITIUM_API int curandCreateGenerator(Generator** g, int type) {
  return create(__func__, g, type, true);
}
INITIUM_API int curandCreateGeneratorHost(Generator** g, int type) {
  return create(__func__, g, type, false);
}
INITIUM_API int curandDestroyGenerator(Generator* generator) {
  return on(__func__, generator, [&](Generator& g) {
    const int r = real("curandDestroyGenerator", g.real);
    shim::died(generator);
    delete generator;
    return r;
  });
}
INITIUM_API int curandSetStream(Generator* generator, CUstream stream) {
  return on(__func__, generator, [&](Generator& g) { return g.stream = stream, Success; });
}

using u64 = unsigned long long;
INITIUM_API int curandSetPseudoRandomGeneratorSeed(Generator* g, u64 seed) {
  return pass(__func__, g, seed);
}
INITIUM_API int curandSetGeneratorOffset(Generator* g, u64 offset) {
  return pass(__func__, g, offset);
}
INITIUM_API int curandSetGeneratorOrdering(Generator* g, int order) {
  return pass(__func__, g, order);
}
INITIUM_API int curandGenerate(Generator* g, unsigned* out, size_t n) {
  return fill(__func__, g, out, n);
}
INITIUM_API int curandGenerateUniform(Generator* g, float* out, size_t n) {
  return fill(__func__, g, out, n);
}
INITIUM_API int curandGenerateUniformDouble(Generator* g, double* out, size_t n) {
  return fill(__func__, g, out, n);
}
INITIUM_API int curandGenerateNormal(Generator* g, float* out, size_t n, float mean, float sd) {
  return fill(__func__, g, out, n, mean, sd);
}
INITIUM_API int curandGenerateNormalDouble(Generator* g, double* out, size_t n, double mean,
                                           double sd) {
  return fill(__func__, g, out, n, mean, sd);
}
INITIUM_API int curandGetVersion(int* version) {
  if (const int fault = shim::enter(__func__)) return fault;
  std::lock_guard guard(mutex);
  return real(__func__, version);
}
