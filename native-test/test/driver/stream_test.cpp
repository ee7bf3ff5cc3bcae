// SPDX-License-Identifier: Apache-2.0
// Streams and events: work runs late, in the order that was promised, and in no other.
#include <set>
#include <thread>

#include "device.h"

TEST(nothing_runs_before_it_is_waited_for) {
  Device d;
  CUdeviceptr p = allocate(4096);
  void* pinned = nullptr;
  CHECK_EQUAL(cuMemHostAlloc(&pinned, 4096, 0), CUDA_SUCCESS);
  auto* out = static_cast<unsigned*>(pinned);
  CHECK_EQUAL(d.launch(d.fill, p, 5, 1024, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemcpyDtoHAsync_v2(out, p, 4096, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftPending(), 2);
  CHECK_EQUAL(out[0], 0xa5a5a5a5u);  // what a host that did not wait reads
  CHECK_EQUAL(cuStreamSynchronize(d.b), CUDA_SUCCESS);  // the wrong stream
  CHECK_EQUAL(out[0], 0xa5a5a5a5u);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK(out[0] == 5 && out[1023] == 5);
  CHECK_EQUAL(initiumSoftPending(), 0);
  cuMemFreeHost(pinned);
  cuMemFree_v2(p);
}

TEST(polling_comes_to_an_end) {
  Device d;
  CUdeviceptr p = allocate(256);
  for (int i = 0; i < 3; ++i) CHECK_EQUAL(d.launch(d.fill, p, 1, 64, d.a), CUDA_SUCCESS);
  int polls = 0;
  while (cuStreamQuery(d.a) == CUDA_ERROR_NOT_READY) ++polls;
  CHECK_EQUAL(polls, 3);
  CUevent e = nullptr;
  CHECK_EQUAL(cuEventCreate(&e, 0), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventQuery(e), CUDA_SUCCESS);  // never recorded
  CHECK_EQUAL(cuEventRecord(e, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventQuery(e), CUDA_ERROR_NOT_READY);
  CHECK_EQUAL(cuEventQuery(e), CUDA_SUCCESS);
  cuEventDestroy_v2(e);
  cuMemFree_v2(p);
}

TEST(parameters_and_pageable_memory_are_taken_at_the_call) {
  Device d;
  CUdeviceptr p = allocate(256), q = allocate(256);
  std::vector<unsigned> host(64, 1);
  unsigned v = 1, n = 64;
  void* parameters[] = {&p, &v, &n};
  CHECK_EQUAL(cuLaunchKernel(d.fill, 1, 1, 1, 64, 1, 1, 0, d.a, parameters, nullptr), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemcpyHtoDAsync_v2(q, host.data(), 256, d.a), CUDA_SUCCESS);
  v = 2;
  host.assign(64, 2);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 0), 1u);
  CHECK_EQUAL(word(q, 0), 1u);
  CHECK_EQUAL(cuMemcpyDtoHAsync_v2(host.data(), p, 256, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(host[5], 1u);  // to pageable memory it returns when it is done
  cuMemFree_v2(p);
  cuMemFree_v2(q);
}

TEST(event_orders_two_streams) {
  for (unsigned long seed = 0; seed < 20; ++seed) {
    Device d;
    initiumSoftSeed(seed);
    CUdeviceptr p = allocate(256);
    CUevent e = nullptr;
    CHECK_EQUAL(cuEventCreate(&e, CU_EVENT_DISABLE_TIMING), CUDA_SUCCESS);
    CHECK_EQUAL(d.launch(d.fill, p, 10, 64, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuEventRecord(e, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamWaitEvent(d.b, e, 0), CUDA_SUCCESS);
    CHECK_EQUAL(cuEventDestroy_v2(e), CUDA_SUCCESS);  // the wait stands
    CHECK_EQUAL(d.launch(d.add, p, 3, 64, d.b), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamSynchronize(d.b), CUDA_SUCCESS);
    CHECK_EQUAL(word(p, 63), 13u);
    cuMemFree_v2(p);
  }
}

TEST(missing_event_shows) {
  // b adds to what a fills, without waiting: lazily it reads memory that nobody wrote; and the
  // seeds produce the other order too.
  std::set<int> outcomes;
  for (unsigned long seed = 0; seed < 20; ++seed) {
    Device d;
    initiumSoftSeed(seed);
    CUdeviceptr p = allocate(256);
    d.launch(d.fill, p, 10, 64, d.a);
    d.launch(d.add, p, 3, 64, d.b);
    outcomes.insert(cuStreamSynchronize(d.b));
    if (seed == 0) CHECK(initiumSoftFindings() > 0);
    initiumSoftReset();
    cuStreamSynchronize(d.a);
    initiumSoftReset();
    cuMemFree_v2(p);
  }
  CHECK(outcomes.count(CUDA_ERROR_LAUNCH_FAILED) == 1 && outcomes.count(CUDA_SUCCESS) == 1);
}

TEST(default_stream_is_ordered_with_blocking_streams) {
  for (unsigned long seed = 0; seed < 20; ++seed) {
    Device d;
    initiumSoftSeed(seed);
    CUstream blocking = nullptr;
    CHECK_EQUAL(cuStreamCreate(&blocking, 0), CUDA_SUCCESS);
    CUdeviceptr p = allocate(256);
    CHECK_EQUAL(d.launch(d.fill, p, 1, 64, blocking), CUDA_SUCCESS);
    CHECK_EQUAL(d.launch(d.fill, p, 3, 64, nullptr), CUDA_SUCCESS);
    CHECK_EQUAL(d.launch(d.add, p, 4, 64, blocking), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamDestroy_v2(blocking), CUDA_SUCCESS);  // its work is still done
    CHECK_EQUAL(word(p, 0), 7u);                        // a copy on the default stream
    cuMemFree_v2(p);
  }
}

TEST(waiting_for_the_default_stream_waits_for_blocking_streams_alone) {
  Device d;
  CUstream blocking = nullptr;
  CHECK_EQUAL(cuStreamCreate(&blocking, 0), CUDA_SUCCESS);
  CUdeviceptr p = allocate(256), q = allocate(256);
  CHECK_EQUAL(d.launch(d.fill, p, 1, 64, blocking), CUDA_SUCCESS);
  CHECK_EQUAL(d.launch(d.fill, q, 1, 64, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(nullptr), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftPending(), 1);
  CHECK_EQUAL(cuStreamQuery(blocking), CUDA_SUCCESS);
  CHECK_EQUAL(cuCtxSynchronize(), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamDestroy_v2(blocking), CUDA_SUCCESS);
  cuMemFree_v2(p), cuMemFree_v2(q);
}

TEST(default_stream_does_not_wait_for_others) {
  Device d;
  CUdeviceptr p = allocate(256);
  CHECK_EQUAL(d.launch(d.fill, p, 1, 64, d.a), CUDA_SUCCESS);
  unsigned out = 0;
  CHECK_EQUAL(cuMemcpyDtoH_v2(&out, p, 4), CUDA_ERROR_LAUNCH_FAILED);  // non-blocking: not ordered
  CHECK(found("never written"));
  cuCtxSynchronize();
  cuMemFree_v2(p);
}

TEST(freed_while_queued) {
  Device d;
  CUdeviceptr p = allocate(256);
  CHECK_EQUAL(d.launch(d.fill, p, 1, 64, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFree_v2(p), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_ERROR_ILLEGAL_ADDRESS);
  CHECK_EQUAL(cuMemAlloc_v2(&p, 4), CUDA_ERROR_ILLEGAL_ADDRESS);  // sticky
  CHECK(found("freed"));
}

TEST(events_measure_time) {
  Device d;
  CUevent start = nullptr, end = nullptr, untimed = nullptr;
  cuEventCreate(&start, 0), cuEventCreate(&end, 0), cuEventCreate(&untimed, CU_EVENT_DISABLE_TIMING);
  CUdeviceptr p = allocate(4 << 16);
  float ms = -1;
  CHECK_EQUAL(cuEventElapsedTime(&ms, start, end), CUDA_ERROR_INVALID_HANDLE);  // not recorded
  CHECK_EQUAL(cuEventRecord(start, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(d.launch(d.fill, p, 1, 1 << 16, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventRecord(end, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventElapsedTime(&ms, start, end), CUDA_ERROR_NOT_READY);
  CHECK_EQUAL(cuEventSynchronize(end), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventElapsedTime(&ms, start, end), CUDA_SUCCESS);
  CHECK(ms > 0 && ms < 10000);
  CHECK_EQUAL(cuEventRecord(untimed, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventElapsedTime(&ms, start, untimed), CUDA_ERROR_INVALID_HANDLE);
  cuEventDestroy_v2(start), cuEventDestroy_v2(end), cuEventDestroy_v2(untimed);
  CHECK_EQUAL(cuEventDestroy_v2(end), CUDA_ERROR_INVALID_HANDLE);
  CHECK(found("no such event"));
  cuStreamSynchronize(d.a);
  cuMemFree_v2(p);
}

TEST(stream_handles_and_properties) {
  Device d;
  CUstream s = nullptr;
  CHECK_EQUAL(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamDestroy_v2(s), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(s), CUDA_ERROR_INVALID_HANDLE);
  CHECK(found("no such stream"));
  CHECK_EQUAL(cuStreamCreate(&s, 2), CUDA_ERROR_INVALID_VALUE);
}

TEST(two_threads_use_one_device) {
  for (const unsigned long seed : {0, 1, 2}) {  // with a seed a thread runs the other's work, too; never work that runs already
    Device d;
    initiumSoftSeed(seed);
    std::vector<unsigned> sums(2);
    auto work = [&](std::size_t i, CUstream stream) {
      cuCtxSetCurrent(d.context);
      CUdeviceptr p = 0;
      cuMemAlloc_v2(&p, 256);
      d.launch(d.fill, p, 0, 64, stream);
      for (int k = 0; k < 200; ++k) {
        d.launch(d.add, p, 1, 64, stream);
        if (k % 20 == 0) cuStreamSynchronize(stream);
      }
      cuStreamSynchronize(stream);
      cuMemcpyDtoH_v2(&sums[i], p, 4);
      cuMemFree_v2(p);
    };
    std::thread other(work, 0, d.a);
    work(1, d.b);
    other.join();
    CHECK(sums[0] == 200 && sums[1] == 200);
    CHECK_EQUAL(initiumSoftFindings(), 0);
  }
}

TEST(queue_is_finite) {
  Device d;
  CUdeviceptr p = allocate(256);
  d.launch(d.fill, p, 0, 64, d.a);
  for (int k = 0; k < 5000; ++k) CHECK_EQUAL(d.launch(d.add, p, 1, 64, d.a), CUDA_SUCCESS);
  CHECK(initiumSoftPending() <= 1024);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 0), 5000u);
  cuMemFree_v2(p);
}

int main() { return check::run(); }
