// The element laws of org.initium.law, operation by operation: the results are equal in bits. Compiled with -fmad=false,
// so that * and + stay what they are; every fma is written out. Constants are those of the Java classes of the same names.
#pragma once
#include <cstdint>

// Units: random words to numbers in (0, 1].
__device__ __forceinline__ float unit(uint32_t word) { return fmaf(__uint2float_rn(word), 0x1p-32f, 0x1p-33f); }

__device__ __forceinline__ uint64_t bits53(uint32_t first, uint32_t second) { return first ^ uint64_t(second) << 21; }

__device__ __forceinline__ double unit(uint64_t bits53) { return fma(__ull2double_rn(bits53), 0x1p-53, 0x1p-54); }

// Logarithm: -2 ln u for u in (0, 1].
__device__ __forceinline__ float minusTwoLn(float u) {
  int bits = __float_as_int(u) - 0x3f3504f3;
  float e = float(bits >> 23);
  float f = __int_as_float((bits & 0x7fffff) + 0x3f3504f3) - 1;
  float q = fmaf(-0.182952121f, f, 0.293698341f);
  q = fmaf(q, f, -0.298276126f);
  q = fmaf(q, f, 0.330056071f);
  q = fmaf(q, f, -0.399129361f);
  q = fmaf(q, f, 0.50011456f);
  q = fmaf(q, f, -0.666683972f);
  q = fmaf(q, f, 0.999998331f);
  return fmaf(f * f, q, fmaf(e, -1.38629436f, -2 * f));
}

__device__ __forceinline__ double minusTwoLn(double u) {
  int64_t bits = __double_as_longlong(u) - 0x3fe6a09e667f3bcdLL;
  double e = double(int(bits >> 52));
  double f = __longlong_as_double((bits & 0xfffffffffffffLL) + 0x3fe6a09e667f3bcdLL) - 1;
  double s = f / (2 + f);
  double z = s * s;
  double r = fma(0.14795632882434634, z, 0.15314084873024628);
  r = fma(r, z, 0.18183562850545215);
  r = fma(r, z, 0.2222219860506176);
  r = fma(r, z, 0.28571428742028154);
  r = fma(r, z, 0.3999999999941664);
  r = fma(r, z, 0.6666666666666734);
  r = r * z;
  double half = 0.5 * f * f;
  double low = fma(s, half + r, e * 0x1.a39ef35793c76p-33);
  return 2 * fma(-e, 0x1.62e42feep-1, half - low - f);
}

// Circle: sine and cosine of a word in turns.
struct Point32 {
  float sin, cos;
};

__device__ __forceinline__ Point32 circle(uint32_t word) {
  uint32_t t = word + (1u << 29);
  float f = fmaf(float(int((t & (1u << 30) - 1) - (1u << 29))), 0x1p-32f, 0x1p-33f);
  float z = f * f;
  float s = f * fmaf(fmaf(fmaf(-76.7749557f, z, 81.6256256f), z, -41.3418655f), z, 6.28318548f);
  float c = fmaf(fmaf(fmaf(fmaf(58.6210594f, z, -85.4245224f), z, 64.9391479f), z, -19.7392082f), z, 1.0f);
  bool swap = t >> 30 & 1;
  uint32_t sin = __float_as_uint(swap ? c : s) ^ t & 1u << 31;
  uint32_t cos = __float_as_uint(swap ? s : c) ^ t + (1u << 30) & 1u << 31;
  return {__uint_as_float(sin), __uint_as_float(cos)};
}

struct Point64 {
  double sin, cos;
};

__device__ __forceinline__ Point64 circle(uint64_t bits53) {
  uint64_t t = bits53 + (1ull << 50);
  double f = fma(__ll2double_rn(int64_t((t & (1ull << 51) - 1) - (1ull << 50))), 0x1p-53, 0x1p-54);
  double z = f * f;
  double s = 3.781124589133133;
  s = fma(s, z, -15.09381851111826);
  s = fma(s, z, 42.058685327160255);
  s = fma(s, z, -76.70585970743203);
  s = fma(s, z, 81.60524927596379);
  s = fma(s, z, -41.34170224039967);
  s = fma(f, 6.283185307179586, f * fma(z, s, 2.4492935982947064e-16));
  double c = -1.6882990978544472;
  c = fma(c, z, 7.902629316147551);
  c = fma(c, z, -26.426241133104224);
  c = fma(c, z, 60.24464122724163);
  c = fma(c, z, -85.45681720598927);
  c = fma(c, z, 64.93939402266668);
  c = fma(c, z, -19.739208802178716);
  c = fma(z, c, 1.0);
  bool swap = t >> 51 & 1;
  double sin = swap ? c : s, cos = swap ? s : c;
  return {t >> 52 & 1 ? -sin : sin, t + (1ull << 51) >> 52 & 1 ? -cos : cos};
}

// Normal32 and Normal64, with mean 0 and std 1 before their last fma: the pair of words x, y.
__device__ __forceinline__ Point32 normals(uint32_t x, uint32_t y) {
  float r = sqrtf(minusTwoLn(unit(x)));
  Point32 p = circle(y);
  return {r * p.sin, r * p.cos};
}

__device__ __forceinline__ Point64 normals(uint64_t x, uint64_t y) {
  double r = sqrt(minusTwoLn(unit(x)));
  Point64 p = circle(y);
  return {r * p.sin, r * p.cos};
}
