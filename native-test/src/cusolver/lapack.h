// SPDX-License-Identifier: Apache-2.0
// The LAPACK routines behind cuSOLVER's QR, for float and double under one name.
#pragma once
#include <cstddef>

extern "C" {
#define INITIUM_LAPACK(x, T)                                                                   \
  void x##geqrf_(const int*, const int*, T*, const int*, T*, T*, const int*, int*);            \
  void x##orgqr_(const int*, const int*, const int*, T*, const int*, const T*, T*, const int*, \
                 int*);                                                                        \
  void x##ormqr_(const char*, const char*, const int*, const int*, const int*, const T*,       \
                 const int*, const T*, T*, const int*, T*, const int*, int*, size_t, size_t);
INITIUM_LAPACK(s, float)
INITIUM_LAPACK(d, double)
#undef INITIUM_LAPACK
}

template <class T> struct Lapack;
template <> struct Lapack<float> {
  static constexpr auto geqrf = sgeqrf_;
  static constexpr auto orgqr = sorgqr_;
  static constexpr auto ormqr = sormqr_;
};
template <> struct Lapack<double> {
  static constexpr auto geqrf = dgeqrf_;
  static constexpr auto orgqr = dorgqr_;
  static constexpr auto ormqr = dormqr_;
};
