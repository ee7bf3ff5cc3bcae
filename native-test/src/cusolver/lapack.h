// The four LAPACK routines behind cuSOLVER's QR, for float and double under one name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace lapack {

extern "C" {
void sgeqrf_(const int*, const int*, float*, const int*, float*, float*, const int*, int*);
void dgeqrf_(const int*, const int*, double*, const int*, double*, double*, const int*, int*);
void sorgqr_(const int*, const int*, const int*, float*, const int*, const float*, float*,
             const int*, int*);
void dorgqr_(const int*, const int*, const int*, double*, const int*, const double*, double*,
             const int*, int*);
void sormqr_(const char*, const char*, const int*, const int*, const int*, const float*, const int*,
             const float*, float*, const int*, float*, const int*, int*, std::size_t, std::size_t);
void dormqr_(const char*, const char*, const int*, const int*, const int*, const double*,
             const int*, const double*, double*, const int*, double*, const int*, int*, std::size_t,
             std::size_t);
}

// Work space that LAPACK's blocked algorithms are content with.
template <typename T> std::vector<T> space(int n) {
  return std::vector<T>(static_cast<std::size_t>(std::max(1, n)) * 64);
}

// Each answers LAPACK's info. Matrices are dense columns: the leading dimension is the row count.
template <typename T> int geqrf(int m, int n, T* a, T* tau) {
  std::vector<T> work = space<T>(n);
  int size = static_cast<int>(work.size()), info = 0;
  if constexpr (sizeof(T) == 4) sgeqrf_(&m, &n, a, &m, tau, work.data(), &size, &info);
  else dgeqrf_(&m, &n, a, &m, tau, work.data(), &size, &info);
  return info;
}

template <typename T> int orgqr(int m, int n, int k, T* a, const T* tau) {
  std::vector<T> work = space<T>(n);
  int size = static_cast<int>(work.size()), info = 0;
  if constexpr (sizeof(T) == 4) sorgqr_(&m, &n, &k, a, &m, tau, work.data(), &size, &info);
  else dorgqr_(&m, &n, &k, a, &m, tau, work.data(), &size, &info);
  return info;
}

template <typename T>
int ormqr(bool left, bool transposed, int m, int n, int k, const T* a, const T* tau, T* c) {
  std::vector<T> work = space<T>(std::max(m, n) + 65);  // ormqr keeps a 65 x 64 triangle there too
  int size = static_cast<int>(work.size()), info = 0, rows = left ? m : n;
  const char *side = left ? "L" : "R", *op = transposed ? "T" : "N";
  if constexpr (sizeof(T) == 4)
    sormqr_(side, op, &m, &n, &k, a, &rows, tau, c, &m, work.data(), &size, &info, 1, 1);
  else dormqr_(side, op, &m, &n, &k, a, &rows, tau, c, &m, work.data(), &size, &info, 1, 1);
  return info;
}

}  // namespace lapack
