// cuSOLVER's dense QR for the software device, over LAPACK. Arguments and the sizes of all buffers are
// checked at the call; the factorisation itself runs late, on the handle's stream.
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "../driver/shim.h"
#include "lapack.h"

namespace shim = initium::soft::shim;
using initium::soft::Finding;
using shim::Bytes;
using std::size_t;

namespace {

enum Status : int { Success = 0, NotInitialised = 1, InvalidValue = 3, ExecutionFailed = 6, NotSupported = 9 };
enum DataType : int { Real32 = 0, Real64 = 1 };

struct Handle {
  CUstream stream = nullptr;
};
struct Parameters {};

std::mutex mutex;
std::set<const void*> alive;  // handles and parameters

bool isAlive(const char* name, const void* object) {
  std::lock_guard guard(mutex);
  if (alive.count(object) != 0) return true;
  shim::report(std::string(name) + ": no such handle: destroyed or never made");
  return false;
}

template <typename T>
int create(const char* name, const char* kind, T** object) {
  if (int fault = shim::enter(name)) return fault;
  if (object == nullptr) return InvalidValue;
  if (shim::context() != CUDA_SUCCESS) return NotInitialised;
  *object = new T;
  std::lock_guard guard(mutex);
  alive.insert(*object);
  shim::count(kind, +1);
  return Success;
}

template <typename T>
int destroy(const char* name, const char* kind, T* object) {
  if (int fault = shim::enter(name)) return fault;
  if (!isAlive(name, object)) return NotInitialised;
  std::lock_guard guard(mutex);
  alive.erase(object);
  delete object;
  shim::count(kind, -1);
  return Success;
}

// A matrix on the device, by columns.
template <typename T>
struct Matrix {
  const char* what;
  T* at;
  int rows, columns, leading;

  size_t bytes() const {
    return columns == 0 ? 0 : ((static_cast<size_t>(columns) - 1) * static_cast<size_t>(leading) + static_cast<size_t>(rows)) * sizeof(T);
  }
  // Dense columns of it in host memory; the gap below each column is nobody's business.
  std::optional<Finding> read(const Bytes& memory, std::vector<std::remove_const_t<T>>& into) const {
    into.resize(static_cast<size_t>(rows) * static_cast<size_t>(columns));
    return each([&](T* address, size_t offset, size_t n) { return memory.read(into.data() + offset, address, n); });
  }
  std::optional<Finding> write(const Bytes& memory, const std::vector<std::remove_const_t<T>>& from) const {
    return each([&](T* address, size_t offset, size_t n) { return memory.write(address, from.data() + offset, n); });
  }

 private:
  template <typename F>
  std::optional<Finding> each(F&& column) const {
    for (int c = 0; c < columns && rows > 0; ++c) {
      T* address = at + static_cast<size_t>(c) * static_cast<size_t>(leading);
      if (auto finding = column(address, static_cast<size_t>(c) * static_cast<size_t>(rows), static_cast<size_t>(rows) * sizeof(T))) return finding;
    }
    return std::nullopt;
  }
};

template <typename T>
Matrix<T> vector(const char* what, T* at, int n) {
  return {what, at, n, 1, std::max(1, n)};
}

template <typename T>
bool sound(const char* name, const Matrix<T>& m) {
  if (m.rows < 0 || m.columns < 0 || m.leading < std::max(1, m.rows)) {
    shim::report(std::string(name) + ": " + m.what + " of " + std::to_string(m.rows) + " x " + std::to_string(m.columns) +
                 " with leading dimension " + std::to_string(m.leading));
    return false;
  }
  return m.rows == 0 || m.columns == 0 || shim::onDevice(name, m.what, m.at, m.bytes());
}

// What cuSOLVER asks for is its own secret. This much, so that a program that guesses is found out.
int workFor(int n) { return 32 * std::max(1, n) + 7; }

template <typename T>
bool enough(const char* name, T* work, long have, long need) {
  if (have < need) shim::report(std::string(name) + ": the work space has " + std::to_string(have) + " elements, it needs " + std::to_string(need));
  return have >= need && shim::onDevice(name, "the work space", work, static_cast<size_t>(have) * sizeof(T));
}

// Queues compute(memory, info), then leaves rubbish in the work space and info in devInfo. A test may
// order an info: the pseudo entry point "cusolverDnSgeqrf.info".
template <typename T, typename F>
int run(const char* name, const Handle* handle, T* work, long size, int* devInfo, F&& compute) {
  int ordered = shim::enter((std::string(name) + ".info").c_str());
  CUresult queued = shim::enqueue(name, handle->stream, [=](const Bytes& memory) -> std::optional<Finding> {
    int info = 0;
    if (auto finding = compute(memory, info)) return finding;
    if (ordered != 0) info = ordered;
    if (auto finding = memory.fill(work, 0xff, static_cast<size_t>(size) * sizeof(T))) return finding;
    return memory.write(devInfo, &info, sizeof info);
  });
  return queued == CUDA_SUCCESS ? Success : ExecutionFailed;
}

int size(const char* name, const Handle* handle, bool argumentsSound, int n, int* lwork) {
  if (int fault = shim::enter(name)) return fault;
  if (!isAlive(name, handle)) return NotInitialised;
  if (!argumentsSound || lwork == nullptr) return InvalidValue;
  *lwork = workFor(n);
  return Success;
}

template <typename T>
int geqrf(const char* name, const Handle* handle, int m, int n, T* a, int lda, T* tau, T* work, long lwork, int* info) {
  if (int fault = shim::enter(name)) return fault;
  if (!isAlive(name, handle)) return NotInitialised;
  Matrix<T> matrix{"A", a, m, n, lda}, scales = vector("tau", tau, std::min(m, n));
  if (!sound(name, matrix) || !sound(name, scales) || !sound(name, vector("devInfo", info, 1)) || !enough(name, work, lwork, workFor(n))) return InvalidValue;
  return run(name, handle, work, lwork, info, [=](const Bytes& memory, int& result) -> std::optional<Finding> {
    std::vector<T> dense, t(static_cast<size_t>(scales.rows));
    if (auto finding = matrix.read(memory, dense)) return finding;
    if (!dense.empty()) result = lapack::geqrf(m, n, dense.data(), t.data());
    if (auto finding = matrix.write(memory, dense)) return finding;
    return scales.write(memory, t);
  });
}

template <typename T>
int orgqr(const char* name, const Handle* handle, int m, int n, int k, T* a, int lda, const T* tau, T* work, int lwork, int* info) {
  if (int fault = shim::enter(name)) return fault;
  if (!isAlive(name, handle)) return NotInitialised;
  Matrix<T> matrix{"A", a, m, n, lda};
  Matrix<const T> scales = vector("tau", tau, k);
  if (k < 0 || k > n || n > m || !sound(name, matrix) || !sound(name, scales) || !sound(name, vector("devInfo", info, 1)) || !enough(name, work, lwork, workFor(n))) return InvalidValue;
  return run(name, handle, work, lwork, info, [=](const Bytes& memory, int& result) -> std::optional<Finding> {
    std::vector<T> dense, t;
    if (auto finding = matrix.read(memory, dense)) return finding;
    if (auto finding = scales.read(memory, t)) return finding;
    if (!dense.empty()) result = lapack::orgqr(m, n, k, dense.data(), t.data());
    return matrix.write(memory, dense);
  });
}

template <typename T>
int ormqr(const char* name, const Handle* handle, int side, int trans, int m, int n, int k, const T* a, int lda, const T* tau, T* c, int ldc, T* work, int lwork, int* info) {
  if (int fault = shim::enter(name)) return fault;
  if (!isAlive(name, handle)) return NotInitialised;
  bool left = side == 0;
  int order = left ? m : n;
  Matrix<const T> reflectors{"A", a, order, k, lda}, scales = vector("tau", tau, k);
  Matrix<T> target{"C", c, m, n, ldc};
  if (side < 0 || side > 1 || trans < 0 || trans > 2 || k < 0 || k > order || !sound(name, reflectors) || !sound(name, scales) || !sound(name, target) || !sound(name, vector("devInfo", info, 1)) ||
      !enough(name, work, lwork, workFor(std::max(m, n)))) return InvalidValue;
  return run(name, handle, work, lwork, info, [=](const Bytes& memory, int& result) -> std::optional<Finding> {
    std::vector<T> q, t, dense;
    if (auto finding = reflectors.read(memory, q)) return finding;
    if (auto finding = scales.read(memory, t)) return finding;
    if (auto finding = target.read(memory, dense)) return finding;
    if (!dense.empty() && k > 0) result = lapack::ormqr(left, trans != 0, m, n, k, q.data(), t.data(), dense.data());
    return target.write(memory, dense);
  });
}

}  // namespace

INITIUM_API int cusolverDnCreate(Handle** handle) { return create(__func__, "cuSOLVER handle", handle); }
INITIUM_API int cusolverDnDestroy(Handle* handle) { return destroy(__func__, "cuSOLVER handle", handle); }
INITIUM_API int cusolverDnCreateParams(Parameters** p) { return create(__func__, "cuSOLVER parameters", p); }
INITIUM_API int cusolverDnDestroyParams(Parameters* p) { return destroy(__func__, "cuSOLVER parameters", p); }

INITIUM_API int cusolverDnSetStream(Handle* handle, CUstream stream) {
  if (int fault = shim::enter(__func__)) return fault;
  if (!isAlive(__func__, handle)) return NotInitialised;
  handle->stream = stream;
  return Success;
}
INITIUM_API int cusolverDnGetStream(Handle* handle, CUstream* stream) {
  if (int fault = shim::enter(__func__)) return fault;
  if (!isAlive(__func__, handle)) return NotInitialised;
  *stream = handle->stream;
  return Success;
}

#define INITIUM_QR(X, T)                                                                                               \
  INITIUM_API int cusolverDn##X##geqrf_bufferSize(Handle* h, int m, int n, T*, int lda, int* lwork) {                  \
    return size(__func__, h, m >= 0 && n >= 0 && lda >= std::max(1, m), n, lwork);                                     \
  }                                                                                                                    \
  INITIUM_API int cusolverDn##X##geqrf(Handle* h, int m, int n, T* a, int lda, T* tau, T* work, int lwork, int* info) {\
    return geqrf(__func__, h, m, n, a, lda, tau, work, lwork, info);                                                   \
  }                                                                                                                    \
  INITIUM_API int cusolverDn##X##orgqr_bufferSize(Handle* h, int m, int n, int k, const T*, int lda, const T*,         \
                                                  int* lwork) {                                                        \
    return size(__func__, h, k >= 0 && k <= n && n <= m && lda >= std::max(1, m), n, lwork);                           \
  }                                                                                                                    \
  INITIUM_API int cusolverDn##X##orgqr(Handle* h, int m, int n, int k, T* a, int lda, const T* tau, T* work,           \
                                       int lwork, int* info) {                                                         \
    return orgqr(__func__, h, m, n, k, a, lda, tau, work, lwork, info);                                                \
  }                                                                                                                    \
  INITIUM_API int cusolverDn##X##ormqr_bufferSize(Handle* h, int, int, int m, int n, int k, const T*, int,             \
                                                  const T*, const T*, int, int* lwork) {                               \
    return size(__func__, h, m >= 0 && n >= 0 && k >= 0, std::max(m, n), lwork);                                       \
  }                                                                                                                    \
  INITIUM_API int cusolverDn##X##ormqr(Handle* h, int side, int trans, int m, int n, int k, const T* a, int lda,       \
                                       const T* tau, T* c, int ldc, T* work, int lwork, int* info) {                   \
    return ormqr(__func__, h, side, trans, m, n, k, a, lda, tau, c, ldc, work, lwork, info);                           \
  }
INITIUM_QR(S, float)
INITIUM_QR(D, double)

// The 64-bit interface: sizes in bytes, one on the device and one on the host.

static bool fits(std::int64_t m, std::int64_t n, std::int64_t lda) {
  return m >= 0 && n >= 0 && lda >= std::max<std::int64_t>(1, m) && lda <= INT32_MAX && n <= INT32_MAX;
}

INITIUM_API int cusolverDnXgeqrf_bufferSize(Handle* h, Parameters*, std::int64_t m, std::int64_t n, int typeA, const void*, std::int64_t lda,
                                            int typeTau, const void*, int typeCompute, size_t* device, size_t* host) {
  if (int fault = shim::enter(__func__)) return fault;
  if (!isAlive(__func__, h)) return NotInitialised;
  if (typeA != typeTau || typeA != typeCompute || (typeA != Real32 && typeA != Real64)) return NotSupported;
  if (!fits(m, n, lda) || device == nullptr || host == nullptr) return InvalidValue;
  *device = static_cast<size_t>(workFor(static_cast<int>(n))) * (typeA == Real32 ? 4 : 8);
  *host = 0;
  return Success;
}

INITIUM_API int cusolverDnXgeqrf(Handle* h, Parameters* p, std::int64_t m, std::int64_t n, int typeA, void* a, std::int64_t lda, int typeTau, void* tau,
                                 int typeCompute, void* work, size_t workBytes, void*, size_t, int* info) {
  if (!isAlive(__func__, p)) return InvalidValue;
  if (typeA != typeTau || typeA != typeCompute || (typeA != Real32 && typeA != Real64)) return NotSupported;
  if (!fits(m, n, lda)) return InvalidValue;
  int rows = static_cast<int>(m), columns = static_cast<int>(n), leading = static_cast<int>(lda);
  if (typeA == Real32) {
    return geqrf(__func__, h, rows, columns, static_cast<float*>(a), leading, static_cast<float*>(tau), static_cast<float*>(work), static_cast<long>(workBytes / 4), info);
  }
  return geqrf(__func__, h, rows, columns, static_cast<double*>(a), leading, static_cast<double*>(tau), static_cast<double*>(work), static_cast<long>(workBytes / 8), info);
}
