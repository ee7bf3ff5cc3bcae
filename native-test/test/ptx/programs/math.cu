// SPDX-License-Identifier: Apache-2.0
// CUDA's own math library, slow paths included, and the 16-bit types.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#define EACH const int i = blockIdx.x * blockDim.x + threadIdx.x; if (i >= n) return;

extern "C" __global__ void f32(float* out, const float* in, int n) {
  EACH
  const float x = in[i];
  float* o = out + 12 * i;
  o[0] = sinf(x), o[1] = cosf(x), o[2] = tanf(x), o[3] = expf(x), o[4] = logf(x), o[5] = sqrtf(x);
  o[6] = x / 3.7f, o[7] = erff(x), o[8] = atanf(x), o[9] = cbrtf(x), o[10] = rintf(x), o[11] = log1pf(x);
}

extern "C" __global__ void f64(double* out, const double* in, int n) {
  EACH
  const double x = in[i];
  double* o = out + 10 * i;
  o[0] = sin(x), o[1] = cos(x), o[2] = exp(x), o[3] = log(x), o[4] = sqrt(x);
  o[5] = x / 3.7, o[6] = erfc(x), o[7] = normcdfinv(1 / (1 + fabs(x))), o[8] = fmod(x, 2.5), o[9] = 1 / x;
}

extern "C" __global__ void f16(__half* out, const __half* in, int n) {
  EACH
  const __half x = in[i], y = in[(i + 7) % n];
  __half* o = out + 6 * i;
  o[0] = __hadd(x, y), o[1] = __hmul(x, y), o[2] = __hfma(x, y, x), o[3] = __hsub(x, y);
  o[4] = __float2half(__half2float(x) * 1.1f), o[5] = __hgt(x, y) ? x : __hneg(y);
}

extern "C" __global__ void bf16(__nv_bfloat16* out, const __nv_bfloat16* in, const float* f, int n) {
  EACH
  const __nv_bfloat16 x = in[i], y = in[(i + 7) % n];
  __nv_bfloat16* o = out + 4 * i;
  o[0] = __float2bfloat16(f[i]), o[1] = __float2bfloat16(__bfloat162float(x) * __bfloat162float(y)), o[2] = __float2bfloat16_rz(f[i]), o[3] = __hadd(x, y);
}

extern "C" __global__ void integers(long long* out, const long long* in, int n) {
  EACH
  const long long x = in[i], y = in[(i + 1) % n];
  long long* o = out + 8 * i;
  o[0] = x / (y | 1), o[1] = (unsigned long long)x % ((unsigned long long)y | 1), o[2] = __mul64hi(x, y), o[3] = __clzll(x) + __popcll(y) + __ffsll(x);
  o[4] = __brevll(x), o[5] = (int)x % ((int)y | 1), o[6] = __byte_perm(x, y, 0x5146), o[7] = __funnelshift_l(x, y, 11) + __vadd4((unsigned)x, (unsigned)y);
}
