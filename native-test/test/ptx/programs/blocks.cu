// SPDX-License-Identifier: Apache-2.0
// Shared memory and barriers.
extern "C" __global__ void reduce(float* out, const float* in, int n) {
  extern __shared__ float s[];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  s[threadIdx.x] = sum;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) s[threadIdx.x] += s[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) out[blockIdx.x] = s[0];
}

// The same without a barrier in the loop: a race.
extern "C" __global__ void reduceRacy(float* out, const float* in, int n) {
  extern __shared__ float s[];
  s[threadIdx.x] = threadIdx.x < n ? in[threadIdx.x] : 0;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2)
    if (threadIdx.x < half) s[threadIdx.x] += s[threadIdx.x + half];
  if (threadIdx.x == 0) out[0] = s[0];
}

extern "C" __global__ void scan(int* out, const int* in) {  // Hillis and Steele, one block
  __shared__ int s[2][256];
  int from = 0;
  s[0][threadIdx.x] = in[threadIdx.x];
  __syncthreads();
  for (int by = 1; by < blockDim.x; by *= 2, from ^= 1) {
    s[from ^ 1][threadIdx.x] = s[from][threadIdx.x] + (threadIdx.x >= by ? s[from][threadIdx.x - by] : 0);
    __syncthreads();
  }
  out[threadIdx.x] = s[from][threadIdx.x];
}

extern "C" __global__ void transpose(float* out, const float* in, int rows, int columns) {
  __shared__ float tile[32][33];
  const int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  for (int k = 0; k < 32; k += blockDim.y)
    if (x < columns && y + k < rows) tile[threadIdx.y + k][threadIdx.x] = in[(size_t)(y + k) * columns + x];
  __syncthreads();
  const int tx = blockIdx.y * 32 + threadIdx.x, ty = blockIdx.x * 32 + threadIdx.y;
  for (int k = 0; k < 32; k += blockDim.y)
    if (tx < rows && ty + k < columns) out[(size_t)(ty + k) * rows + tx] = tile[threadIdx.x][threadIdx.y + k];
}

extern "C" __global__ void matmul(float* c, const float* a, const float* b, int n) {
  __shared__ float as[16][16], bs[16][16];
  const int x = blockIdx.x * 16 + threadIdx.x, y = blockIdx.y * 16 + threadIdx.y;
  float sum = 0;
  for (int k = 0; k < n; k += 16) {
    as[threadIdx.y][threadIdx.x] = a[y * n + k + threadIdx.x];
    bs[threadIdx.y][threadIdx.x] = b[(k + threadIdx.y) * n + x];
    __syncthreads();
    for (int j = 0; j < 16; j++) sum = fmaf(as[threadIdx.y][j], bs[j][threadIdx.x], sum);
    __syncthreads();
  }
  c[y * n + x] = sum;
}
