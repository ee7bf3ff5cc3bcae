// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 fills with 64-bit indices, grid-stride loops and 16-byte stores.
#include <cstdint>

__device__ uint4 philox(uint4 c, uint2 k) {
#pragma unroll
  for (int i = 0; i < 10; i++) {
    const uint32_t h0 = __umulhi(0xD2511F53u, c.x), l0 = 0xD2511F53u * c.x, h1 = __umulhi(0xCD9E8D57u, c.z), l1 = 0xCD9E8D57u * c.z;
    c = make_uint4(h1 ^ c.y ^ k.x, l1, h0 ^ c.w ^ k.y, l0);
    k.x += 0x9E3779B9u;
    k.y += 0xBB67AE85u;
  }
  return c;
}

extern "C" __global__ void words(uint4* out, const uint4* counter, const uint2* key, uint32_t n) {
  const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = philox(counter[i], key[i]);
}

__device__ uint4 block(uint64_t b, uint64_t seed) { return philox(make_uint4(b >> 16, b >> 48, b & 0xffff, 0), make_uint2(seed, seed >> 32)); }

extern "C" __global__ void uniform(float* out, uint64_t n, uint64_t seed, float lo, float scale) {
  for (uint64_t b = blockIdx.x * uint64_t{blockDim.x} + threadIdx.x; b * 4 < n; b += gridDim.x * uint64_t{blockDim.x}) {
    const uint4 w = block(b, seed);
    const float v[4] = {fmaf(w.x, scale, lo), fmaf(w.y, scale, lo), fmaf(w.z, scale, lo), fmaf(w.w, scale, lo)};
    if (b * 4 + 4 <= n) reinterpret_cast<float4*>(out)[b] = make_float4(v[0], v[1], v[2], v[3]);
    else for (int k = 0; k < 4; k++) if (b * 4 + k < n) out[b * 4 + k] = v[k];
  }
}

extern "C" __global__ void normal(float* out, uint64_t n, uint64_t seed) {
  for (uint64_t b = blockIdx.x * uint64_t{blockDim.x} + threadIdx.x; b * 2 < n; b += gridDim.x * uint64_t{blockDim.x}) {
    const uint4 w = block(b >> 1, seed);
    const float u = fmaf(b & 1 ? w.z : w.x, 2.3283064e-10f, 1.1641532e-10f), v = fmaf(b & 1 ? w.w : w.y, 1.46291807e-9f, 7.3145904e-10f);
    const float r = sqrtf(-2.0f * logf(u));
    float s, c;
    sincosf(v, &s, &c);
    out[2 * b] = r * s;
    if (2 * b + 1 < n) out[2 * b + 1] = r * c;
  }
}
