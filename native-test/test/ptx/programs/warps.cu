// SPDX-License-Identifier: Apache-2.0
// Shuffles, votes and atomics.
extern "C" __global__ void sum(unsigned long long* total, const int* in, int n) {
  int v = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) v += in[i];
  for (int by = 16; by > 0; by /= 2) v += __shfl_down_sync(0xffffffff, v, by);
  if (threadIdx.x % 32 == 0) atomicAdd(total, (unsigned long long)(long long)v);
}

extern "C" __global__ void histogram(unsigned* bins, const unsigned char* in, int n) {
  __shared__ unsigned local[256];
  for (int i = threadIdx.x; i < 256; i += blockDim.x) local[i] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&local[in[i]], 1);
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += blockDim.x)
    if (local[i] != 0) atomicAdd(&bins[i], local[i]);
}

extern "C" __global__ void compact(int* out, unsigned* count, const int* in, int n) {  // keeps the odd ones of each warp together
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const bool keep = i < n && (in[i] & 1);
  const unsigned votes = __ballot_sync(0xffffffff, keep), lane = threadIdx.x % 32;
  unsigned base = 0;
  if (lane == 0) base = atomicAdd(count, __popc(votes));
  base = __shfl_sync(0xffffffff, base, 0);
  if (keep) out[base + __popc(votes & ((1u << lane) - 1))] = in[i];
}

extern "C" __global__ void largest(double* out, const double* in, int n) {  // a compare-and-swap loop
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned long long* cell = (unsigned long long*)out;
  unsigned long long old = *(volatile unsigned long long*)cell;
  while (in[i] > __longlong_as_double(old)) {
    const unsigned long long seen = atomicCAS(cell, old, __double_as_longlong(in[i]));
    if (seen == old) break;
    old = seen;
  }
}
