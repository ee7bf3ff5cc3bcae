// SPDX-License-Identifier: Apache-2.0
// Logarithm, sine and cosine in binary32: the polynomials of the Cephes library (S. L. Moshier, logf.c and sinf.c), with the
// fused multiply-adds that PyTorch's AVX2 and AVX-512 kernels have. Class Cephes of org.initium.torch.
#pragma once
#include "lanes.h"

// The natural logarithm of a number above 0 that is given times 2^24.
INLINE Floats cephesLogOfScaled(Floats scaled) {
  Ints bits = Ints(scaled);
  Ints exponent = (bits - 0x3f3504f3) >> 23;
  Floats e = toFloats(exponent - 24);
  Floats x = Floats(bits - (exponent << 23)) - 1;  // from sqrt(1/2) - 1 to sqrt(2) - 1
  Floats z = x * x;
  Floats y = fma(Floats{} + 7.0376836292E-2f, x, -1.1514610310E-1f);
  y = fma(y, x, 1.1676998740E-1f);
  y = fma(y, x, -1.2420140846E-1f);
  y = fma(y, x, 1.4249322787E-1f);
  y = fma(y, x, -1.6668057665E-1f);
  y = fma(y, x, 2.0000714765E-1f);
  y = fma(y, x, -2.4999993993E-1f);
  y = fma(y, x, 3.3333331174E-1f);
  y = y * x;
  y = fma(y, z, e * -2.12194440e-4f);
  y = fma(-z, Floats{} + 0.5f, y);
  return fma(e, Floats{} + 0.693359375f, x + y);
}

struct FloatTurns {
  Floats sin, cos;
};

// Of an angle from 0 on.
INLINE FloatTurns cephesSinCos(Floats angle) {
  Ints octant = (truncated(angle * 1.27323954473516f) + 1) & ~1;
  Floats y = toFloats(octant);
  Floats x = fma(y, Floats{} + -3.77489497744594108e-8f, fma(y, Floats{} + -2.4187564849853515625e-4f, fma(y, Floats{} + -0.78515625f, angle)));
  Floats z = x * x;
  Floats b = fma(fma(Floats{} + -1.9515295891E-4f, z, 8.3321608736E-3f), z, -1.6666654611E-1f) * z;
  Floats s = fma(b, x, x);
  Floats a = fma(fma(Floats{} + 2.443315711809948E-005f, z, -1.388731625493765E-003f), z, 4.166664568298827E-002f) * z;
  Floats c = fma(a, z, -(z * 0.5f)) + 1;
  Ints swap = (octant & 2) != 0;
  Ints sin = (swap & Ints(c)) | (~swap & Ints(s)), cos = (swap & Ints(s)) | (~swap & Ints(c));
  return {Floats(sin ^ ((octant & 4) << 29)), Floats(cos ^ (((octant + 2) & 4) << 29))};
}
