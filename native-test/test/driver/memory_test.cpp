// SPDX-License-Identifier: Apache-2.0
// Memory: allocation, copies and sets, and what goes wrong with them.
#include "device.h"

TEST(allocation_keeps_account) {
  Device d;
  std::size_t before = 0, after = 0, total = 0;
  CHECK_EQUAL(cuMemGetInfo_v2(&before, &total), CUDA_SUCCESS);
  CUdeviceptr p = allocate(1000), base = 0;
  CHECK_EQUAL(p % 256, 0u);
  CHECK_EQUAL(cuMemGetInfo_v2(&after, &total), CUDA_SUCCESS);
  CHECK(before - after >= 1000);
  std::size_t size = 0;
  CHECK_EQUAL(cuPointerGetAttribute(&base, 11, p + 500), CUDA_SUCCESS);
  CHECK_EQUAL(cuPointerGetAttribute(&size, 12, p + 500), CUDA_SUCCESS);
  CHECK(base == p && size == 1000);
  CHECK_EQUAL(cuMemFree_v2(p), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemGetInfo_v2(&after, &total), CUDA_SUCCESS);
  CHECK_EQUAL(before, after);
  CHECK_EQUAL(cuMemAlloc_v2(&p, 0), CUDA_ERROR_INVALID_VALUE);
  CHECK_EQUAL(cuMemAlloc_v2(&p, total + 1), CUDA_ERROR_OUT_OF_MEMORY);
  CHECK_EQUAL(cuMemFree_v2(0), CUDA_SUCCESS);
}

TEST(the_peak_is_what_was_allocated_at_a_time) {
  Device d;
  const long before = initiumSoftPeakBytes(0);
  const CUdeviceptr a = allocate(1000), b = allocate(500);
  CHECK_EQUAL(cuMemFree_v2(a), CUDA_SUCCESS);
  const CUdeviceptr c = allocate(700);
  CHECK_EQUAL(initiumSoftPeakBytes(0), before + 1500);
  initiumSoftReset();
  CHECK_EQUAL(initiumSoftPeakBytes(0), before + 1200);
  CHECK_EQUAL(cuMemFree_v2(b), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFree_v2(c), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftPeakBytes(99), -1);
}

namespace {

std::size_t freeBytes() {
  std::size_t free = 0, total = 0;
  CHECK_EQUAL(cuMemGetInfo_v2(&free, &total), CUDA_SUCCESS);
  return free;
}

CUmemoryPool makePool() {
  CUmemPoolProps properties{};
  properties.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location = {CU_MEM_LOCATION_TYPE_DEVICE, 0};
  CUmemoryPool pool = nullptr;
  CHECK_EQUAL(cuMemPoolCreate(&pool, &properties), CUDA_SUCCESS);
  return pool;
}

// Allocates and frees so much on a stream, which has then run.
void useOnce(CUmemoryPool pool, std::size_t bytes, CUstream stream) {
  CUdeviceptr p = 0;
  CHECK_EQUAL(cuMemAllocFromPoolAsync(&p, bytes, pool, stream), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFreeAsync(p, stream), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(stream), CUDA_SUCCESS);
}

}  // namespace

TEST(a_pool_keeps_what_its_threshold_says) {
  Device d;
  const std::size_t before = freeBytes(), bytes = 1 << 20;
  const CUmemoryPool pool = makePool();
  useOnce(pool, bytes, d.a);
  CHECK_EQUAL(freeBytes(), before);  // the threshold is 0: the wait gave all back
  std::uint64_t threshold = ~std::uint64_t{0};
  CHECK_EQUAL(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &threshold), CUDA_SUCCESS);
  useOnce(pool, bytes, d.a);
  CHECK_EQUAL(cuCtxSynchronize(), CUDA_SUCCESS);
  CHECK_EQUAL(freeBytes(), before - bytes);
  CHECK_EQUAL(initiumSoftLive("memory"), 0);  // kept is not allocated
  useOnce(pool, bytes / 2, d.b);              // out of what is kept
  CHECK_EQUAL(freeBytes(), before - bytes);
  CHECK_EQUAL(cuMemPoolTrimTo(pool, bytes / 4), CUDA_SUCCESS);
  CHECK_EQUAL(freeBytes(), before - bytes / 4);
  CHECK_EQUAL(cuMemPoolTrimTo(pool, 0), CUDA_SUCCESS);
  CHECK_EQUAL(freeBytes(), before);
  CHECK_EQUAL(cuMemPoolDestroy(pool), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemPoolDestroy(pool), CUDA_ERROR_INVALID_HANDLE);
  initiumSoftReset();
}

TEST(a_pool_that_is_destroyed_leaves_its_memory_usable) {
  Device d;
  const std::size_t before = freeBytes();
  const CUmemoryPool pool = makePool();
  CUdeviceptr p = 0;
  CHECK_EQUAL(cuMemAllocFromPoolAsync(&p, 0, pool, d.a), CUDA_ERROR_INVALID_VALUE);
  CHECK_EQUAL(cuMemAllocFromPoolAsync(&p, 256, pool, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftLive("memory"), 1);
  CHECK_EQUAL(cuMemPoolDestroy(pool), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemsetD32Async(p, 7, 64, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 63), 7u);
  CHECK_EQUAL(cuMemFreeAsync(p, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(freeBytes(), before);
}

TEST(free_finds_misuse) {
  Device d;
  CUdeviceptr p = allocate(64);
  CHECK_EQUAL(cuMemFree_v2(p + 4), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("not the start of an allocation"));
  CHECK_EQUAL(cuMemFree_v2(p), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFree_v2(p), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("double free"));
}

TEST(copies_are_checked_at_the_call) {
  Device d;
  CUdeviceptr p = allocate(64);
  unsigned in[32] = {1, 2, 3}, out[32];
  CHECK_EQUAL(cuMemcpyHtoD_v2(p, in, 68), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("68 bytes at offset 0"));
  CHECK_EQUAL(cuMemcpyHtoD_v2(0x1234, in, 4), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("no allocation"));
  CHECK_EQUAL(cuMemcpyHtoD_v2(p, nullptr, 4), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("host pointer is null"));
  CHECK_EQUAL(cuMemcpyHtoD_v2(p, in, 32), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemcpyDtoH_v2(out, p, 32), CUDA_SUCCESS);
  CHECK(out[0] == 1 && out[2] == 3);
  CHECK_EQUAL(initiumSoftFindings(), 0);
  // 32 bytes were written, 64 are read.
  CHECK_EQUAL(cuMemcpyDtoH_v2(out, p, 64), CUDA_ERROR_LAUNCH_FAILED);
  CHECK_EQUAL(cuMemcpyDtoH_v2(out, p, 4), CUDA_ERROR_LAUNCH_FAILED);  // sticky
  CHECK(found("never written"));
  CHECK_EQUAL(cuMemcpyDtoH_v2(out, p, 4), CUDA_SUCCESS);
  cuMemFree_v2(p);
}

TEST(sets_of_every_width) {
  Device d;
  CUdeviceptr p = allocate(64);
  CHECK_EQUAL(cuMemsetD8_v2(p, 0xab, 64), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemsetD16_v2(p + 2, 0x1234, 1), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemsetD32_v2(p + 8, 0xdeadbeef, 2), CUDA_SUCCESS);
  std::vector<unsigned> v = download(p, 16);
  CHECK(v[0] == 0x1234ababu && v[1] == 0xababababu && v[2] == 0xdeadbeefu && v[3] == 0xdeadbeefu && v[4] == 0xababababu);
  CHECK_EQUAL(cuMemsetD32_v2(p + 2, 0, 1), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("not aligned"));
  CHECK_EQUAL(cuMemsetD32_v2(p, 0, 17), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("68 bytes"));
  cuMemFree_v2(p);
}

template <class T> void setsRows(CUresult (*now)(CUdeviceptr, T, std::size_t), CUresult (*later)(CUdeviceptr, T, std::size_t, CUstream),
                                 CUresult (*rows)(CUdeviceptr, std::size_t, T, std::size_t, std::size_t), CUresult (*rowsLater)(CUdeviceptr, std::size_t, T, std::size_t, std::size_t, CUstream)) {
  Device d;
  const std::size_t n = sizeof(T);
  CUdeviceptr p = allocate(64);
  CHECK_EQUAL(now(p, T(0x01010101), 64 / n), CUDA_SUCCESS);
  CHECK_EQUAL(rows(p + 4, 16, T(0x02020202), 4 / n, 4), CUDA_SUCCESS);
  CHECK_EQUAL(cuCtxSynchronize(), CUDA_SUCCESS);
  CHECK_EQUAL(later(p + 8, T(0x03030303), 4 / n, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(rowsLater(p + 12, 16, T(0x04040404), 4 / n, 3, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftPending(), 2);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  const std::vector<unsigned> v = download(p, 16);
  for (unsigned k = 0; k < 16; ++k) CHECK_EQUAL(v[k], 0x01010101u * (k % 4 == 1 ? 2 : k == 2 ? 3 : k % 4 == 3 && k < 12 ? 4 : 1));
  cuMemFree_v2(p);
}

TEST(sets_of_rows_now_and_later) {
  setsRows<unsigned char>(cuMemsetD8_v2, cuMemsetD8Async, cuMemsetD2D8_v2, cuMemsetD2D8Async);
  setsRows<unsigned short>(cuMemsetD16_v2, cuMemsetD16Async, cuMemsetD2D16_v2, cuMemsetD2D16Async);
  setsRows<unsigned>(cuMemsetD32_v2, cuMemsetD32Async, cuMemsetD2D32_v2, cuMemsetD2D32Async);
}

TEST(rows_with_a_pitch) {
  Device d;
  const std::size_t pitch = 512;
  CUdeviceptr p = allocate(4 * pitch);
  CHECK_EQUAL(cuMemsetD2D32_v2(p, pitch, 5, 3, 4), CUDA_SUCCESS);
  unsigned host[4][2] = {};
  CUDA_MEMCPY2D c{};
  c.srcMemoryType = CU_MEMORYTYPE_DEVICE, c.srcDevice = p, c.srcPitch = pitch, c.srcXInBytes = 4;
  c.dstMemoryType = CU_MEMORYTYPE_HOST, c.dstHost = host, c.dstPitch = 8;
  c.WidthInBytes = 8, c.Height = 4;
  CHECK_EQUAL(cuMemcpy2D_v2(&c), CUDA_SUCCESS);
  CHECK(host[0][0] == 5 && host[3][1] == 5);
  c.WidthInBytes = 16;  // 4 + 16 bytes of a row: past the 12 that were written
  c.dstPitch = 16;
  unsigned wide[4][4];
  c.dstHost = wide;
  CHECK_EQUAL(cuMemcpy2D_v2(&c), CUDA_ERROR_LAUNCH_FAILED);
  CHECK(found("never written"));
  c.dstPitch = 4;
  CHECK_EQUAL(cuMemcpy2D_v2(&c), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("a pitch is less"));
  // The last two of four rows, to the second column on: an x and a y on both sides, and later.
  CUdeviceptr q = allocate(64);
  CHECK_EQUAL(cuMemsetD32_v2(q, 0, 16), CUDA_SUCCESS);
  for (unsigned row = 0; row < 4; ++row) CHECK_EQUAL(cuMemsetD32_v2(p + row * pitch + 4, 10 * row, 2), CUDA_SUCCESS);
  CUDA_MEMCPY2D part{};
  part.srcMemoryType = CU_MEMORYTYPE_DEVICE, part.srcDevice = p, part.srcPitch = pitch, part.srcXInBytes = 4, part.srcY = 2;
  part.dstMemoryType = CU_MEMORYTYPE_DEVICE, part.dstDevice = q, part.dstPitch = 16, part.dstXInBytes = 8, part.dstY = 1;
  part.WidthInBytes = 8, part.Height = 2;
  CHECK_EQUAL(cuMemcpy2DUnaligned_v2(&part), CUDA_SUCCESS);
  CHECK((download(q, 16) == std::vector<unsigned>{0, 0, 0, 0, 0, 0, 20, 20, 0, 0, 30, 30, 0, 0, 0, 0}));
  part.dstY = 2, part.srcY = 1;
  CHECK_EQUAL(cuMemcpy2DAsync_v2(&part, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftPending(), 1);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK((download(q, 16) == std::vector<unsigned>{0, 0, 0, 0, 0, 0, 20, 20, 0, 0, 10, 10, 0, 0, 20, 20}));
  part.srcMemoryType = CU_MEMORYTYPE_ARRAY;
  CHECK_EQUAL(cuMemcpy2D_v2(&part), CUDA_ERROR_NOT_SUPPORTED);
  cuMemFree_v2(q);
  CHECK_EQUAL(cuMemsetD2D8_v2(p, pitch, 1, 513, 4), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("bytes at offset 0"));
  cuMemFree_v2(p);
}

TEST(memory_in_stream_order) {
  Device d;
  std::size_t before = 0, now = 0, total = 0;
  cuMemGetInfo_v2(&before, &total);
  CUdeviceptr p = 0;
  CHECK_EQUAL(cuMemAllocAsync(&p, 4096, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemsetD32Async(p, 3, 1024, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFreeAsync(p, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemsetD32Async(p, 3, 1024, d.a), CUDA_ERROR_INVALID_VALUE);  // freed, though not yet
  CHECK(found("4096 bytes"));
  CHECK_EQUAL(cuMemFreeAsync(p, d.a), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("double free"));
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftFindings(), 0);
  cuMemGetInfo_v2(&now, &total);
  CHECK_EQUAL(before, now);
  // Memory whose free is still queued is waited for when there is no other.
  CHECK_EQUAL(cuMemAllocAsync(&p, total - 4096, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFreeAsync(p, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemAlloc_v2(&p, total - 4096), CUDA_SUCCESS);
  cuMemFree_v2(p);
}

TEST(pointers_say_what_they_are) {
  Device d;
  CUdeviceptr p = allocate(64), mapped = 0;
  void* pinned = nullptr;
  CHECK_EQUAL(cuMemHostAlloc(&pinned, 64, 0), CUDA_SUCCESS);
  unsigned type = 0;
  int ordinal = -1;
  CUcontext context = nullptr;
  CHECK_EQUAL(cuPointerGetAttribute(&type, 2, p), CUDA_SUCCESS);
  CHECK_EQUAL(type, unsigned{CU_MEMORYTYPE_DEVICE});
  CHECK_EQUAL(cuPointerGetAttribute(&context, 1, p + 8), CUDA_SUCCESS);
  CHECK(context == d.context);
  CHECK_EQUAL(cuPointerGetAttribute(&type, 2, reinterpret_cast<CUdeviceptr>(pinned)), CUDA_SUCCESS);
  CHECK_EQUAL(type, unsigned{CU_MEMORYTYPE_HOST});
  CHECK_EQUAL(cuMemHostGetDevicePointer_v2(&mapped, pinned, 0), CUDA_SUCCESS);
  CHECK_EQUAL(mapped, reinterpret_cast<CUdeviceptr>(pinned));
  int which[] = {2, 9};
  void* into[] = {&type, &ordinal};
  CHECK_EQUAL(cuPointerGetAttributes(2, which, into, p), CUDA_SUCCESS);
  CHECK(type == CU_MEMORYTYPE_DEVICE && ordinal == 0);
  CUdeviceptr same = 0;
  for (const int k : {3, 4}) {  // the address on the device; on the host
    CHECK_EQUAL(cuPointerGetAttribute(&same, k, mapped + 4), CUDA_SUCCESS);
    CHECK_EQUAL(same, mapped + 4);
  }
  CHECK_EQUAL(cuPointerGetAttribute(&same, 4, p), CUDA_ERROR_INVALID_VALUE);
  std::uint64_t one = 0, other = 0;
  CHECK_EQUAL(cuPointerGetAttribute(&one, 7, p), CUDA_SUCCESS);
  CHECK_EQUAL(cuPointerGetAttribute(&other, 7, mapped), CUDA_SUCCESS);
  CHECK(one != 0 && other != 0 && one != other);
  unsigned flag = 9;
  CHECK_EQUAL(cuPointerGetAttribute(&flag, 8, p), CUDA_SUCCESS);
  CHECK_EQUAL(flag, 0u);  // not managed
  CHECK_EQUAL(cuPointerGetAttribute(&flag, 13, p), CUDA_SUCCESS);
  CHECK_EQUAL(flag, 1u);  // mapped
  CHECK_EQUAL(cuPointerGetAttribute(&flag, 99, p), CUDA_ERROR_NOT_SUPPORTED);
  int local = 0;
  CHECK_EQUAL(cuPointerGetAttribute(&type, 2, reinterpret_cast<CUdeviceptr>(&local)), CUDA_ERROR_INVALID_VALUE);
  CHECK_EQUAL(cuPointerGetAttributes(2, which, into, reinterpret_cast<CUdeviceptr>(&local)), CUDA_SUCCESS);
  CHECK_EQUAL(type, 0u);
  cuMemFree_v2(p);
  CHECK_EQUAL(cuPointerGetAttribute(&type, 2, p), CUDA_ERROR_INVALID_VALUE);
  CHECK_EQUAL(cuMemFreeHost(pinned), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFreeHost(pinned), CUDA_ERROR_INVALID_VALUE);
  CHECK(found("double free"));
  CHECK_EQUAL(cuMemAllocHost_v2(&pinned, 8), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftLive("host memory"), 1);
  CHECK_EQUAL(cuMemFreeHost(pinned), CUDA_SUCCESS);
}

TEST(registered_memory) {
  Device d;
  std::vector<unsigned> host(256, 9);
  CHECK_EQUAL(cuMemHostRegister_v2(host.data(), 1024, 0), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemHostRegister_v2(host.data() + 10, 64, 0), CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
  CUdeviceptr p = allocate(1024);
  CHECK_EQUAL(cuMemcpyHtoDAsync_v2(p, host.data(), 1024, d.a), CUDA_SUCCESS);
  host[0] = 10;  // pinned: read late, so this races, and shows
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 0), 10u);
  CHECK_EQUAL(cuMemcpyHtoDAsync_v2(p, host.data(), 1024, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemHostUnregister(host.data()), CUDA_SUCCESS);
  CHECK(found("queued work still uses it"));
  CHECK_EQUAL(cuMemHostUnregister(host.data()), CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  cuMemFree_v2(p);
}

TEST(unified_copy_and_copy_within_the_device) {
  Device d;
  CUdeviceptr p = allocate(64), q = allocate(64);
  unsigned in[16] = {4, 5, 6};
  CHECK_EQUAL(cuMemcpy(p, reinterpret_cast<CUdeviceptr>(in), 64), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemcpyDtoD_v2(q, p, 64), CUDA_SUCCESS);
  CHECK_EQUAL(word(q, 2), 6u);
  CHECK_EQUAL(cuMemcpyPeer(p, d.context, q + 4, d.context, 8), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 1), 6u);
  in[15] = 77;
  CHECK_EQUAL(cuMemcpyAsync(q, reinterpret_cast<CUdeviceptr>(in), 64, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemcpyPeerAsync(p + 60, d.context, q + 60, d.context, 4, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftPending(), 2);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 15), 77u);
  cuMemFree_v2(p);
  cuMemFree_v2(q);
}

int main() { return check::run(); }
