// SPDX-License-Identifier: Apache-2.0
// cuSOLVER's dense QR for the software device, over LAPACK. Arguments and the sizes of all buffers
// are checked at the call; the factorization itself runs late, on the handle's stream.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "../driver/shim.h"
#include "lapack.h"

namespace shim = initium::soft::shim;
using initium::soft::Finding;

namespace {

enum Status : int {
  Success = 0,
  NotInitialized = 1,
  InvalidValue = 3,
  ExecutionFailed = 6,
  NotSupported = 9
};

struct Handle {
  CUstream stream = nullptr;
};
struct Parameters {};

template <class T> int create(const char* name, const char* kind, T** object) {
  if (const int fault = shim::enter(name)) return fault;
  if (object == nullptr) return InvalidValue;
  if (shim::context() != CUDA_SUCCESS) return NotInitialized;
  shim::born(*object = new T, kind);
  return Success;
}

// An entry point: the body throws the status that it fails with.
template <class T, class F> int on(const char* name, T* handle, F&& body) {
  if (const int fault = shim::enter(name)) return fault;
  if (!shim::alive(name, handle)) return NotInitialized;
  try {
    body();
  } catch (const Status status) {
    return status;
  }
  return Success;
}

template <class T> int destroy(const char* name, T* object) {
  return on(name, object, [&] {
    shim::died(object);
    delete object;
  });
}

void require(bool condition, Status otherwise = InvalidValue) {
  if (!condition) throw otherwise;
}

// What cuSOLVER asks for is its own secret. This much, so that a program that guesses is found out.
int workFor(int n) { return 32 * std::max(1, n) + 7; }

// A matrix on the device, by columns.
template <class T> struct Matrix {
  const char* what;
  T* at;
  int rows, columns, leading;

  void check(const char* name) const {
    if (rows < 0 || columns < 0 || leading < std::max(1, rows)) {
      shim::report(std::string(name) + ": " + what + " of " + std::to_string(rows) + " x " +
                   std::to_string(columns) + " with leading dimension " + std::to_string(leading));
      throw InvalidValue;
    }
    const size_t elements = size_t(leading) * (columns - 1) + rows;
    if (rows != 0 && columns != 0) require(shim::onDevice(name, what, at, elements * sizeof(T)));
  }
  // LAPACK works on the device's memory itself, once it is known to be sound.
  void reads() const { each(shim::readable); }
  void writes() const { each(shim::written); }

 private:
  template <class F> void each(F check) const {
    for (int c = 0; c < columns && rows > 0; c++)
      if (auto finding = check(at + size_t(c) * leading, rows * sizeof(T))) throw *finding;
  }
};

template <class T> Matrix<T> vector(const char* what, T* at, int n) {
  return {what, at, n, 1, std::max(1, n)};
}

template <class T> struct Work {
  T* at;
  long size;
  int* info;

  void check(const char* name, int n) const {
    vector("devInfo", info, 1).check(name);
    if (size < workFor(n)) {
      shim::report(std::string(name) + ": the work space has " + std::to_string(size) +
                   " elements, it needs " + std::to_string(workFor(n)));
      throw InvalidValue;
    }
    require(shim::onDevice(name, "the work space", at, size_t(size) * sizeof(T)));
  }
};

// Queues compute(work, size, info), which calls LAPACK; then leaves rubbish in the work space. A
// test may order an info: the pseudo entry point "cusolverDnSgeqrf.info".
template <class T, class F>
void run(const char* name, const Handle* handle, int n, Work<T> work, F compute) {
  work.check(name, n);
  const int ordered = shim::enter(std::string(name) + ".info");
  const auto body = [=]() -> std::optional<Finding> {
    try {
      std::vector<T> own(size_t(workFor(n)) * 64);  // more than LAPACK's blocked algorithms ask for
      const int size = int(own.size());
      int info = 0;
      compute(own.data(), &size, &info);
      if (ordered != 0) info = ordered;
      if (auto finding = shim::fill(work.at, 0xff, size_t(work.size) * sizeof(T))) return finding;
      return shim::copy(work.info, &info, sizeof info);
    } catch (const Finding& finding) {
      return finding;
    }
  };
  require(shim::enqueue(name, handle->stream, body) == CUDA_SUCCESS, ExecutionFailed);
}

int size(const char* name, const Handle* handle, bool sound, int n, int* lwork) {
  return on(name, handle, [&] {
    require(sound && lwork != nullptr);
    *lwork = workFor(n);
  });
}

template <class T>
int geqrf(const char* name, Handle* handle, int m, int n, T* a, int lda, T* tau, Work<T> work) {
  return on(name, handle, [&] {
    const Matrix<T> matrix{"A", a, m, n, lda}, scales = vector("tau", tau, std::min(m, n));
    matrix.check(name), scales.check(name);
    run(name, handle, n, work, [=](T* own, const int* size, int* info) {
      matrix.reads();
      Lapack<T>::geqrf(&m, &n, a, &lda, tau, own, size, info);
      matrix.writes(), scales.writes();
    });
  });
}

template <class T>
int orgqr(const char* name, Handle* handle, int m, int n, int k, T* a, int lda, const T* tau,
          Work<T> work) {
  return on(name, handle, [&] {
    require(k >= 0 && k <= n && n <= m);
    const Matrix<T> matrix{"A", a, m, n, lda};
    const Matrix<const T> scales = vector("tau", tau, k);
    matrix.check(name), scales.check(name);
    run(name, handle, n, work, [=](T* own, const int* size, int* info) {
      matrix.reads(), scales.reads();
      Lapack<T>::orgqr(&m, &n, &k, a, &lda, tau, own, size, info);
      matrix.writes();
    });
  });
}

template <class T>
int ormqr(const char* name, Handle* handle, int side, int trans, int m, int n, int k, const T* a,
          int lda, const T* tau, T* c, int ldc, Work<T> work) {
  return on(name, handle, [&] {
    const int order = side == 0 ? m : n;
    require(side >= 0 && side <= 1 && trans >= 0 && trans <= 2 && k >= 0 && k <= order);
    const Matrix<const T> reflectors{"A", a, order, k, lda}, scales = vector("tau", tau, k);
    const Matrix<T> target{"C", c, m, n, ldc};
    reflectors.check(name), scales.check(name), target.check(name);
    run(name, handle, std::max(m, n), work, [=](T* own, const int* size, int* info) {
      reflectors.reads(), scales.reads(), target.reads();
      const char *left = side == 0 ? "L" : "R", *op = trans != 0 ? "T" : "N";
      Lapack<T>::ormqr(left, op, &m, &n, &k, a, &lda, tau, c, &ldc, own, size, info, 1, 1);
      target.writes();
    });
  });
}

}  // namespace

INITIUM_API int cusolverDnCreate(Handle** h) { return create(__func__, "cuSOLVER handle", h); }
INITIUM_API int cusolverDnDestroy(Handle* handle) { return destroy(__func__, handle); }
INITIUM_API int cusolverDnCreateParams(Parameters** p) {
  return create(__func__, "cuSOLVER parameters", p);
}
INITIUM_API int cusolverDnDestroyParams(Parameters* p) { return destroy(__func__, p); }
INITIUM_API int cusolverDnSetStream(Handle* handle, CUstream stream) {
  return on(__func__, handle, [&] { handle->stream = stream; });
}
INITIUM_API int cusolverDnGetStream(Handle* handle, CUstream* stream) {
  return on(__func__, handle, [&] { *stream = handle->stream; });
}

#define INITIUM_QR(X, T)                                                                          \
  INITIUM_API int cusolverDn##X##geqrf_bufferSize(Handle* h, int m, int n, T*, int lda, int* l) { \
    return size(__func__, h, m >= 0 && n >= 0 && lda >= std::max(1, m), n, l);                    \
  }                                                                                               \
  INITIUM_API int cusolverDn##X##geqrf(Handle* h, int m, int n, T* a, int lda, T* tau, T* work,   \
                                       int lwork, int* info) {                                    \
    return geqrf<T>(__func__, h, m, n, a, lda, tau, {work, lwork, info});                         \
  }                                                                                               \
  INITIUM_API int cusolverDn##X##orgqr_bufferSize(Handle* h, int m, int n, int k, const T*,       \
                                                  int lda, const T*, int* l) {                    \
    return size(__func__, h, k >= 0 && k <= n && n <= m && lda >= std::max(1, m), n, l);          \
  }                                                                                               \
  INITIUM_API int cusolverDn##X##orgqr(Handle* h, int m, int n, int k, T* a, int lda,             \
                                       const T* tau, T* work, int lwork, int* info) {             \
    return orgqr<T>(__func__, h, m, n, k, a, lda, tau, {work, lwork, info});                      \
  }                                                                                               \
  INITIUM_API int cusolverDn##X##ormqr_bufferSize(                                                \
      Handle* h, int, int, int m, int n, int k, const T*, int, const T*, const T*, int, int* l) { \
    return size(__func__, h, m >= 0 && n >= 0 && k >= 0, std::max(m, n), l);                      \
  }                                                                                               \
  INITIUM_API int cusolverDn##X##ormqr(Handle* h, int side, int trans, int m, int n, int k,       \
                                       const T* a, int lda, const T* tau, T* c, int ldc, T* work, \
                                       int lwork, int* info) {                                    \
    return ormqr<T>(__func__, h, side, trans, m, n, k, a, lda, tau, c, ldc, {work, lwork, info}); \
  }
INITIUM_QR(S, float)
INITIUM_QR(D, double)

// The 64-bit interface: data types by number (0: float, 1: double), sizes in bytes.

namespace {

// Answers the bytes of an element.
size_t check(int64_t m, int64_t n, int64_t lda, int typeA, int typeTau, int typeCompute) {
  const bool known = typeA == typeTau && typeA == typeCompute && (typeA == 0 || typeA == 1);
  require(known, NotSupported);
  require(m >= 0 && n >= 0 && lda >= std::max<int64_t>(1, m) && lda <= INT32_MAX && n <= INT32_MAX);
  return typeA == 0 ? 4 : 8;
}

}  // namespace

INITIUM_API int cusolverDnXgeqrf_bufferSize(Handle* h, Parameters*, int64_t m, int64_t n, int typeA,
                                            const void*, int64_t lda, int typeTau, const void*,
                                            int typeCompute, size_t* device, size_t* host) {
  return on(__func__, h, [&] {
    const size_t element = check(m, n, lda, typeA, typeTau, typeCompute);
    require(device != nullptr && host != nullptr);
    *device = size_t(workFor(int(n))) * element;
    *host = 0;
  });
}

INITIUM_API int cusolverDnXgeqrf(Handle* h, Parameters* p, int64_t m, int64_t n, int typeA, void* a,
                                 int64_t lda, int typeTau, void* tau, int typeCompute, void* work,
                                 size_t workBytes, void*, size_t, int* info) {
  if (!shim::alive(__func__, p)) return InvalidValue;
  const auto call = [&]<class T>(T* matrix) {
    const Work<T> space{static_cast<T*>(work), long(workBytes / sizeof(T)), info};
    return geqrf<T>(__func__, h, int(m), int(n), matrix, int(lda), static_cast<T*>(tau), space);
  };
  try {
    const size_t element = check(m, n, lda, typeA, typeTau, typeCompute);
    return element == 4 ? call(static_cast<float*>(a)) : call(static_cast<double*>(a));
  } catch (const Status status) {
    return status;
  }
}
