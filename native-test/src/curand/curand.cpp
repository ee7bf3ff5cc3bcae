// cuRAND for the software device: NVIDIA's own host generators make the numbers, at the call, and
// the caller's stream writes them to device memory later. So the values are cuRAND's, the order is
// a GPU's.
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
  NotInitialised = 101,
  OutOfMemory = 102,
  LengthNotMultiple = 105,
  LaunchFailure = 201,
  PreexistingFailure = 202,
  InitialisationFailed = 203,
};

using Real = void*;  // a generator of NVIDIA's library

struct Generator {
  Real real = nullptr;
  int type = 0;
  bool device = true;
  CUstream stream = nullptr;

  bool pseudo() const { return type < 200; }  // else quasi-random
};

std::mutex mutex;  // NVIDIA's library makes no promise about threads

// NVIDIA's library. It has the same soname as this one, and neither may see the other's symbols:
// hence its full path, RTLD_LOCAL, and RTLD_DEEPBIND so that its calls to itself stay inside.
void* library() {
  static void* handle = [] {
    const char* path = std::getenv("INITIUM_REAL_CURAND");
    if (path == nullptr || *path == '\0') {
      std::fprintf(stderr,
                   "software cuRAND: INITIUM_REAL_CURAND does not name NVIDIA's libcurand.so.10 "
                   "(fetch-curand.sh gets it)\n");
      return static_cast<void*>(nullptr);
    }
    void* opened = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (opened == nullptr)
      std::fprintf(stderr, "software cuRAND: INITIUM_REAL_CURAND: %s\n", dlerror());
    return opened;
  }();
  return handle;
}

template <typename... A> int real(const char* name, A... arguments) {
  void* function = library() == nullptr ? nullptr : dlsym(library(), name);
  if (function == nullptr) return InitialisationFailed;
  return reinterpret_cast<int (*)(A...)>(function)(arguments...);
}

int create(const char* name, Generator** generator, int type, bool device) {
  if (int fault = shim::enter(name)) return fault;
  if (device && shim::context() != CUDA_SUCCESS) return InitialisationFailed;
  std::lock_guard guard(mutex);
  Real made = nullptr;
  if (int r = real("curandCreateGeneratorHost", &made, type)) return r;
  *generator = new Generator{made, type, device, nullptr};
  shim::born(*generator, "cuRAND generator");
  return Success;
}

template <typename F> int on(const char* name, Generator* generator, F&& body) {
  if (int fault = shim::enter(name)) return fault;
  if (!shim::alive(name, generator)) return NotInitialised;
  std::lock_guard guard(mutex);
  return body(*generator);
}

// make(generator, buffer) fills n elements.
template <typename T, typename F>
int generate(const char* name, Generator* generator, T* out, std::size_t n, F&& make) {
  return on(name, generator, [&](Generator& g) -> int {
    if (!g.device) return make(g, out);
    if (n == 0) return Success;
    if (shim::context() != CUDA_SUCCESS) return PreexistingFailure;
    if (!shim::onDevice(name, "the output", out, n * sizeof(T))) return LaunchFailure;
    std::vector<T> numbers;
    try {
      numbers.resize(n);
    } catch (const std::bad_alloc&) {
      return OutOfMemory;
    }
    if (int r = make(g, numbers.data())) return r;
    CUresult queued = shim::enqueue(name, g.stream, [out, numbers = std::move(numbers)] {
      return shim::copy(out, numbers.data(), numbers.size() * sizeof(T));
    });
    return queued == CUDA_SUCCESS ? Success : LaunchFailure;
  });
}

// Passes a call on to the generator of NVIDIA's library that stands behind ours.
template <typename... A> int pass(const char* name, Generator* generator, A... arguments) {
  return on(name, generator, [&](Generator& g) { return real(name, g.real, arguments...); });
}

// Normals come in pairs from a pseudo-random device generator; the host's do not insist on it.
template <typename T>
int normals(const char* name, Generator* generator, T* out, std::size_t n, T mean, T deviation) {
  return generate(name, generator, out, n, [&](const Generator& g, T* to) {
    return g.device && g.pseudo() && n % 2 != 0 ? static_cast<int>(LengthNotMultiple)
                                                : real(name, g.real, to, n, mean, deviation);
  });
}

template <typename T, typename... A>
int fill(const char* name, Generator* generator, T* out, std::size_t n, A... law) {
  return generate(name, generator, out, n,
                  [&](const Generator& g, T* to) { return real(name, g.real, to, n, law...); });
}

// What needs no generator: tables and numbers of the library.
template <typename... A> int ask(const char* name, A... arguments) {
  if (int fault = shim::enter(name)) return fault;
  std::lock_guard guard(mutex);
  return real(name, arguments...);
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
    int r = real("curandDestroyGenerator", g.real);
    shim::died(generator);
    delete generator;
    return r;
  });
}

INITIUM_API int curandSetStream(Generator* generator, CUstream stream) {
  return on(__func__, generator, [&](Generator& g) {
    g.stream = stream;
    return Success;
  });
}

using std::size_t;
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
INITIUM_API int curandSetQuasiRandomGeneratorDimensions(Generator* g, unsigned n) {
  return pass(__func__, g, n);
}
INITIUM_API int curandGenerateSeeds(Generator* g) { return pass(__func__, g); }

INITIUM_API int curandGenerate(Generator* g, unsigned* out, size_t n) {
  return fill(__func__, g, out, n);
}
INITIUM_API int curandGenerateLongLong(Generator* g, u64* out, size_t n) {
  return fill(__func__, g, out, n);
}
INITIUM_API int curandGenerateUniform(Generator* g, float* out, size_t n) {
  return fill(__func__, g, out, n);
}
INITIUM_API int curandGenerateUniformDouble(Generator* g, double* out, size_t n) {
  return fill(__func__, g, out, n);
}
INITIUM_API int curandGenerateNormal(Generator* g, float* out, size_t n, float mean, float sd) {
  return normals(__func__, g, out, n, mean, sd);
}
INITIUM_API int curandGenerateNormalDouble(Generator* g, double* out, size_t n, double mean,
                                           double sd) {
  return normals(__func__, g, out, n, mean, sd);
}
INITIUM_API int curandGenerateLogNormal(Generator* g, float* out, size_t n, float mean, float sd) {
  return normals(__func__, g, out, n, mean, sd);
}
INITIUM_API int curandGenerateLogNormalDouble(Generator* g, double* out, size_t n, double mean,
                                              double sd) {
  return normals(__func__, g, out, n, mean, sd);
}
INITIUM_API int curandGeneratePoisson(Generator* g, unsigned* out, size_t n, double lambda) {
  return fill(__func__, g, out, n, lambda);
}

INITIUM_API int curandGetVersion(int* version) { return ask(__func__, version); }
INITIUM_API int curandGetProperty(int which, int* value) { return ask(__func__, which, value); }
INITIUM_API int curandGetDirectionVectors32(void** vectors, int set) {
  return ask(__func__, vectors, set);
}
INITIUM_API int curandGetDirectionVectors64(void** vectors, int set) {
  return ask(__func__, vectors, set);
}
INITIUM_API int curandGetScrambleConstants32(unsigned** constants) {
  return ask(__func__, constants);
}
INITIUM_API int curandGetScrambleConstants64(u64** constants) { return ask(__func__, constants); }
