// SPDX-License-Identifier: Apache-2.0
// cuSOLVER's QR: by its properties (Q orthogonal, Q R = A), and by what it refuses.
#include <cmath>

#include "../driver/device.h"

extern "C" {
int cusolverDnCreate(void**);
int cusolverDnDestroy(void*);
int cusolverDnSetStream(void*, CUstream);
int cusolverDnGetStream(void*, CUstream*);
int cusolverDnCreateParams(void**);
int cusolverDnDestroyParams(void*);
#define QR(X, T)                                                                                                 \
  int cusolverDn##X##geqrf_bufferSize(void*, int, int, T*, int, int*);                                           \
  int cusolverDn##X##geqrf(void*, int, int, T*, int, T*, T*, int, int*);                                         \
  int cusolverDn##X##orgqr_bufferSize(void*, int, int, int, const T*, int, const T*, int*);                      \
  int cusolverDn##X##orgqr(void*, int, int, int, T*, int, const T*, T*, int, int*);                              \
  int cusolverDn##X##ormqr_bufferSize(void*, int, int, int, int, int, const T*, int, const T*, const T*, int, int*); \
  int cusolverDn##X##ormqr(void*, int, int, int, int, int, const T*, int, const T*, T*, int, T*, int, int*);
QR(S, float)
QR(D, double)
int cusolverDnXgeqrf_bufferSize(void*, void*, std::int64_t, std::int64_t, int, const void*, std::int64_t, int, const void*, int, std::size_t*, std::size_t*);
int cusolverDnXgeqrf(void*, void*, std::int64_t, std::int64_t, int, void*, std::int64_t, int, void*, int, void*, std::size_t, void*, std::size_t, int*);
}

namespace {

template <typename T>
struct Calls;
#define CALLS(X, T)                                                    \
  template <>                                                          \
  struct Calls<T> {                                                    \
    static constexpr auto geqrfSize = cusolverDn##X##geqrf_bufferSize; \
    static constexpr auto geqrf = cusolverDn##X##geqrf;                \
    static constexpr auto orgqr = cusolverDn##X##orgqr;                \
    static constexpr auto orgqrSize = cusolverDn##X##orgqr_bufferSize; \
    static constexpr auto ormqr = cusolverDn##X##ormqr;                \
    static constexpr auto ormqrSize = cusolverDn##X##ormqr_bufferSize; \
  };
CALLS(S, float)
CALLS(D, double)

// A matrix on the device, its tau, its info, and work space.
template <typename T>
struct Problem {
  int m, n, lda;
  CUdeviceptr a, tau, info, work;
  std::vector<T> host;

  Problem(int m_, int n_, int lda_) : m(m_), n(n_), lda(lda_), host(static_cast<std::size_t>(lda_ * n_)) {
    for (std::size_t i = 0; i < host.size(); ++i) host[i] = static_cast<T>(std::sin(1.0 + 37.0 * static_cast<double>(i * i)));
    a = allocate(host.size() * sizeof(T)), tau = allocate(static_cast<std::size_t>(n) * sizeof(T)), info = allocate(4), work = allocate(1 << 20);
    CHECK_EQUAL(cuMemcpyHtoD_v2(a, host.data(), host.size() * sizeof(T)), CUDA_SUCCESS);
  }
  ~Problem() { cuMemFree_v2(a), cuMemFree_v2(tau), cuMemFree_v2(info), cuMemFree_v2(work); }
  T* at(CUdeviceptr p) const { return reinterpret_cast<T*>(p); }
  int* devInfo() const { return reinterpret_cast<int*>(info); }
  std::vector<T> now() const {
    std::vector<T> out(host.size());
    CHECK_EQUAL(cuMemcpyDtoH_v2(out.data(), a, out.size() * sizeof(T)), CUDA_SUCCESS);
    return out;
  }
};

template <typename T>
void factorizes(int m, int n, int lda) {
  Device d;
  void* h = nullptr;
  CHECK_EQUAL(cusolverDnCreate(&h), 0);
  CHECK_EQUAL(cusolverDnSetStream(h, d.a), 0);
  CUstream seen = nullptr;
  CHECK_EQUAL(cusolverDnGetStream(h, &seen), 0);
  CHECK(seen == d.a);
  {
    Problem<T> p(m, n, lda);
    int lwork = 0;
    CHECK_EQUAL(Calls<T>::geqrfSize(h, m, n, p.at(p.a), lda, &lwork), 0);
    CHECK_EQUAL(Calls<T>::geqrf(h, m, n, p.at(p.a), lda, p.at(p.tau), p.at(p.work), lwork, p.devInfo()), 0);
    CHECK_EQUAL(initiumSoftPending(), 1);
    CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
    CHECK_EQUAL(word(p.info, 0), 0u);
    std::vector<T> r = p.now();
    // Q' A by ormqr is R.
    CUdeviceptr c = allocate(p.host.size() * sizeof(T));
    CHECK_EQUAL(cuMemcpyHtoD_v2(c, p.host.data(), p.host.size() * sizeof(T)), CUDA_SUCCESS);
    CHECK_EQUAL(Calls<T>::ormqrSize(h, 0, 1, m, n, n, p.at(p.a), lda, p.at(p.tau), p.at(c), lda, &lwork), 0);
    CHECK_EQUAL(Calls<T>::ormqr(h, 0, 1, m, n, n, p.at(p.a), lda, p.at(p.tau), p.at(c), lda, p.at(p.work), lwork, p.devInfo()), 0);
    CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
    std::vector<T> qta(p.host.size());
    CHECK_EQUAL(cuMemcpyDtoH_v2(qta.data(), c, qta.size() * sizeof(T)), CUDA_SUCCESS);
    cuMemFree_v2(c);
    CHECK_EQUAL(Calls<T>::orgqrSize(h, m, n, n, p.at(p.a), lda, p.at(p.tau), &lwork), 0);
    CHECK_EQUAL(Calls<T>::orgqr(h, m, n, n, p.at(p.a), lda, p.at(p.tau), p.at(p.work), lwork, p.devInfo()), 0);
    CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
    std::vector<T> q = p.now();
    double eps = sizeof(T) == 4 ? 1.2e-7 : 2.3e-16, tolerance = 20 * m * eps, worst = 0;
    auto at = [&](const std::vector<T>& v, int i, int j) { return static_cast<double>(v[static_cast<std::size_t>(j * lda + i)]); };
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) {
        double dot = 0;
        for (int k = 0; k < m; ++k) dot += at(q, k, i) * at(q, k, j);
        worst = std::max(worst, std::abs(dot - (i == j)));
        if (i <= j) worst = std::max(worst, std::abs(at(qta, i, j) - at(r, i, j)));
      }
    }
    for (int i = 0; i < m; ++i) {
      for (int j = 0; j < n; ++j) {
        double sum = 0;
        for (int k = 0; k <= j; ++k) sum += at(q, i, k) * at(r, k, j);
        worst = std::max(worst, std::abs(sum - at(p.host, i, j)));
      }
    }
    if (!CHECK(worst < tolerance)) std::printf("%d x %d: %g\n", m, n, worst);
    for (int j = 0; j < n; ++j) {
      for (int i = m; i < lda; ++i) CHECK(at(q, i, j) == at(p.host, i, j));  // the gap is untouched
    }
  }
  CHECK_EQUAL(cusolverDnDestroy(h), 0);
  CHECK_EQUAL(initiumSoftFindings(), 0);
}

}  // namespace

TEST(factorizes_float_and_double) {
  factorizes<float>(7, 7, 7);
  factorizes<float>(65, 33, 70);
  factorizes<double>(7, 3, 9);
  factorizes<double>(50, 50, 50);
  factorizes<double>(1, 1, 1);
}

TEST(sixty_four_bit_interface) {
  Device d;
  void *h = nullptr, *params = nullptr;
  CHECK_EQUAL(cusolverDnCreate(&h), 0);
  CHECK_EQUAL(cusolverDnCreateParams(&params), 0);
  {
    Problem<double> p(6, 4, 6), same(6, 4, 6);
    std::size_t device = 0, host = 9;
    int lwork = 0;
    CHECK_EQUAL(cusolverDnXgeqrf_bufferSize(h, params, 6, 4, 1, p.at(p.a), 6, 1, p.at(p.tau), 1, &device, &host), 0);
    CHECK(device > 0);
    CHECK_EQUAL(cusolverDnXgeqrf(h, params, 6, 4, 1, p.at(p.a), 6, 1, p.at(p.tau), 1, p.at(p.work), device, nullptr, host, p.devInfo()), 0);
    cusolverDnDgeqrf_bufferSize(h, 6, 4, same.at(same.a), 6, &lwork);
    CHECK_EQUAL(cusolverDnDgeqrf(h, 6, 4, same.at(same.a), 6, same.at(same.tau), same.at(same.work), lwork, same.devInfo()), 0);
    CHECK(p.now() == same.now());
    CHECK_EQUAL(cusolverDnXgeqrf(h, params, 6, 4, 1, p.at(p.a), 6, 0, p.at(p.tau), 1, p.at(p.work), device, nullptr, host, p.devInfo()), 9);
    CHECK_EQUAL(cusolverDnXgeqrf(h, params, 6, 4, 1, p.at(p.a), 6, 1, p.at(p.tau), 1, p.at(p.work), device - 8, nullptr, host, p.devInfo()), 3);
    CHECK(found("the work space has"));
  }
  CHECK_EQUAL(cusolverDnDestroyParams(params), 0);
  CHECK_EQUAL(cusolverDnDestroy(h), 0);
}

TEST(misuse_of_cusolver) {
  Device d;
  void* h = nullptr;
  CHECK_EQUAL(cusolverDnCreate(&h), 0);
  {
    Problem<float> p(8, 4, 8);
    int lwork = 0;
    CHECK_EQUAL(cusolverDnSgeqrf_bufferSize(h, 8, 4, p.at(p.a), 7, &lwork), 3);
    CHECK_EQUAL(cusolverDnSgeqrf_bufferSize(h, 8, 4, p.at(p.a), 8, &lwork), 0);
    CHECK_EQUAL(cusolverDnSgeqrf(h, 8, 4, p.at(p.a), 8, p.at(p.tau), p.at(p.work), lwork - 1, p.devInfo()), 3);
    CHECK(found("the work space has"));
    CHECK_EQUAL(cusolverDnSgeqrf(h, 8, 5, p.at(p.a), 8, p.at(p.tau), p.at(p.work), 1000, p.devInfo()), 3);
    CHECK(found("A: 160 bytes"));
    CHECK_EQUAL(cusolverDnSgeqrf(h, 8, 4, p.at(p.a), 7, p.at(p.tau), p.at(p.work), 1000, p.devInfo()), 3);
    CHECK(found("A of 8 x 4 with leading dimension 7"));
    int local = 0;
    CHECK_EQUAL(cusolverDnSgeqrf(h, 8, 4, p.at(p.a), 8, p.at(p.tau), p.at(p.work), lwork, &local), 3);
    CHECK(found("devInfo"));
    CHECK_EQUAL(cusolverDnSorgqr(h, 8, 4, 5, p.at(p.a), 8, p.at(p.tau), p.at(p.work), lwork, p.devInfo()), 3);
    // orgqr reads tau, which nobody wrote yet.
    CHECK_EQUAL(cusolverDnSorgqr(h, 8, 4, 4, p.at(p.a), 8, p.at(p.tau), p.at(p.work), lwork, p.devInfo()), 0);
    CHECK_EQUAL(cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
    CHECK(found("never written"));
    // An info that a test orders.
    initiumSoftSetFaults("cusolverDnSgeqrf.info:1:4", nullptr, 0);
    CHECK_EQUAL(cusolverDnSgeqrf(h, 8, 4, p.at(p.a), 8, p.at(p.tau), p.at(p.work), lwork, p.devInfo()), 0);
    CHECK_EQUAL(word(p.info, 0), 4u);
    initiumSoftSetFaults("cusolverDnSgeqrf:1:7", nullptr, 0);
    CHECK_EQUAL(cusolverDnSgeqrf(h, 8, 4, p.at(p.a), 8, p.at(p.tau), p.at(p.work), lwork, p.devInfo()), 7);
  }
  CHECK_EQUAL(cusolverDnDestroy(h), 0);
  CHECK_EQUAL(cusolverDnDestroy(h), 1);
  CHECK(found("no such handle"));
}

int main() { return check::run(); }
