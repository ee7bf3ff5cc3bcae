// SPDX-License-Identifier: Apache-2.0
// Capture and graphs: what is captured does not run, what is launched runs in the order of its edges,
// and what no graph can hold spoils the capture.
#include <thread>

#include "device.h"

namespace {

CUgraphExec instantiate(CUgraph graph) {
  CUgraphExec exec = nullptr;
  CHECK_EQUAL(cuGraphInstantiateWithFlags(&exec, graph, 0), CUDA_SUCCESS);
  return exec;
}

CUresult begin(CUstream s, unsigned mode = CU_STREAM_CAPTURE_MODE_GLOBAL) { return cuStreamBeginCapture_v2(s, mode); }

}  // namespace

TEST(captured_work_runs_when_the_graph_is_launched) {
  Device d;
  CUdeviceptr p = allocate(256);
  CHECK_EQUAL(cuMemsetD32_v2(p, 1, 64), CUDA_SUCCESS);
  unsigned status = 9, v = 5, n = 64;
  void* parameters[] = {&p, &v, &n};
  CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(begin(d.a), CUDA_ERROR_ILLEGAL_STATE);
  CHECK_EQUAL(cuLaunchKernel(d.add, 1, 1, 1, 64, 1, 1, 0, d.a, parameters, nullptr), CUDA_SUCCESS);
  v = 1000;  // the graph keeps the 5
  CHECK_EQUAL(d.launch(d.add, p, 10, 64, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamIsCapturing(d.a, &status), CUDA_SUCCESS);
  CHECK_EQUAL(status, unsigned{CU_STREAM_CAPTURE_STATUS_ACTIVE});
  CUgraph graph = nullptr, none = nullptr;
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &none), CUDA_ERROR_ILLEGAL_STATE);
  CHECK(none == nullptr);
  CHECK_EQUAL(cuCtxSynchronize(), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 0), 1u);
  CUgraphExec exec = instantiate(graph);
  CHECK_EQUAL(cuGraphLaunch(exec, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(word(p, 0), 1u + 5 + 10);
  cuGraphExecDestroy(exec), cuGraphDestroy(graph);
  cuMemFree_v2(p);
}

TEST(graph_is_launched_again_and_again) {
  for (unsigned long seed = 0; seed < 10; ++seed) {
    Device d;
    initiumSoftSeed(seed);
    CUdeviceptr p = allocate(256);
    CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuMemsetD32Async(p, 1, 64, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(d.launch(d.add, p, 2, 64, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(d.launch(d.add, p, 4, 64, d.a), CUDA_SUCCESS);
    CUgraph graph = nullptr;
    CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_SUCCESS);
    CUgraphExec exec = instantiate(graph);
    CHECK_EQUAL(cuGraphDestroy(graph), CUDA_SUCCESS);  // the executable one has its own copy
    CHECK_EQUAL(cuGraphLaunch(exec, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuGraphLaunch(exec, d.b), CUDA_SUCCESS);  // does not run beside itself
    CHECK_EQUAL(d.launch(d.add, p, 8, 64, d.b), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamSynchronize(d.b), CUDA_SUCCESS);
    CHECK_EQUAL(word(p, 63), 15u);
    CHECK_EQUAL(cuGraphExecDestroy(exec), CUDA_SUCCESS);
    cuMemFree_v2(p);
  }
}

TEST(capture_forks_and_joins) {
  for (unsigned long seed = 0; seed < 10; ++seed) {
    Device d;
    initiumSoftSeed(seed);
    CUdeviceptr p = allocate(256), q = allocate(256);
    CUevent fork = nullptr, join = nullptr;
    cuEventCreate(&fork, 0), cuEventCreate(&join, 0);
    CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuMemsetD32Async(p, 1, 64, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuEventRecord(fork, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamWaitEvent(d.b, fork, 0), CUDA_SUCCESS);
    CHECK_EQUAL(cuMemcpyDtoDAsync_v2(q, p, 256, d.b), CUDA_SUCCESS);
    CHECK_EQUAL(cuEventRecord(join, d.b), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamWaitEvent(d.a, join, 0), CUDA_SUCCESS);
    CHECK_EQUAL(d.launch(d.add, q, 6, 64, d.a), CUDA_SUCCESS);
    CUgraph graph = nullptr;
    CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_SUCCESS);
    CUgraphExec exec = instantiate(graph);
    CHECK_EQUAL(cuGraphLaunch(exec, d.a), CUDA_SUCCESS);
    CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
    CHECK_EQUAL(word(q, 3), 7u);
    CHECK_EQUAL(cuEventQuery(fork), CUDA_ERROR_CAPTURED_EVENT);
    cuGraphExecDestroy(exec), cuGraphDestroy(graph), cuEventDestroy_v2(fork), cuEventDestroy_v2(join);
    cuMemFree_v2(p), cuMemFree_v2(q);
  }
}

TEST(unjoined_stream_is_an_error) {
  Device d;
  CUdeviceptr p = allocate(256);
  CUevent fork = nullptr;
  cuEventCreate(&fork, 0);
  CUgraph graph = nullptr;
  CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventRecord(fork, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamWaitEvent(d.b, fork, 0), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemsetD32Async(p, 1, 64, d.b), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamEndCapture(d.b, &graph), CUDA_ERROR_STREAM_CAPTURE_UNMATCHED);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
  unsigned status = 9;
  cuStreamIsCapturing(d.b, &status);
  CHECK_EQUAL(status, 0u);  // the streams are free again
  cuEventDestroy_v2(fork);
  cuMemFree_v2(p);
}

TEST(captures_do_not_merge_and_events_do_not_outlive_them) {
  Device d;
  CUevent e = nullptr;
  CUgraph graph = nullptr;
  cuEventCreate(&e, 0);
  CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(begin(d.b), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventRecord(e, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamWaitEvent(d.b, e, 0), CUDA_ERROR_STREAM_CAPTURE_MERGE);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  CHECK_EQUAL(cuStreamEndCapture(d.b, &graph), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuEventRecord(e, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamWaitEvent(d.b, e, 0), CUDA_ERROR_CAPTURED_EVENT);
  CUgraphExec exec = nullptr;
  CUgraphNode node = reinterpret_cast<CUgraphNode>(&e);
  char log[4] = "xyz";
  CHECK_EQUAL(cuGraphInstantiate_v2(&exec, graph, &node, log, sizeof log), CUDA_SUCCESS);
  CHECK(node == nullptr && *log == '\0');
  CHECK_EQUAL(cuGraphLaunch(exec, d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamSynchronize(d.a), CUDA_SUCCESS);
  cuGraphExecDestroy(exec), cuGraphDestroy(graph), cuEventDestroy_v2(e);
}

TEST(what_no_graph_can_hold_spoils_the_capture) {
  struct {
    const char* what;
    CUresult (*call)(const Device&);
    CUresult status;
  } const cases[] = {
      {"synchronize", [](const Device& d) { return cuStreamSynchronize(d.a); }, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED},
      {"query", [](const Device& d) { return cuStreamQuery(d.a); }, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED},
      {"whole context", [](const Device&) { return cuCtxSynchronize(); }, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED},
      {"allocate", [](const Device&) { CUdeviceptr p = 0; return cuMemAlloc_v2(&p, 4); }, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED},
      {"pinned", [](const Device&) { void* p = nullptr; return cuMemHostAlloc(&p, 4, 0); }, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED},
      {"load", [](const Device&) { CUmodule m = nullptr; return cuModuleLoadData(&m, kernels); }, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED},
      {"other event", [](const Device& d) {
         CUevent e = nullptr;
         cuEventCreate(&e, 0);
         cuEventRecord(e, d.b);
         CUresult r = cuStreamWaitEvent(d.a, e, 0);
         cuEventDestroy_v2(e);
         return r; }, CUDA_ERROR_STREAM_CAPTURE_ISOLATION},
  };
  for (const auto& c : cases) {
    Device d;
    CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
    if (!CHECK(c.call(d) == c.status)) std::printf("case %s\n", c.what);
    CUgraph graph = nullptr;
    CHECK_EQUAL(cuLaunchKernel(d.nothing, 1, 1, 1, 1, 1, 1, 0, d.a, nullptr, nullptr), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    cuCtxSynchronize();
  }
}

TEST(modes_of_capture) {
  Device d;
  CUgraph graph = nullptr;
  CUdeviceptr p = 0;
  CHECK_EQUAL(begin(d.a, CU_STREAM_CAPTURE_MODE_RELAXED), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemAlloc_v2(&p, 4), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFree_v2(p), CUDA_SUCCESS);
  cuGraphDestroy(graph);
  // Another thread: forbidden by a global capture, not by one of this thread alone.
  for (unsigned mode : {CU_STREAM_CAPTURE_MODE_GLOBAL, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL}) {
    CUresult allocated = CUDA_SUCCESS, ended = CUDA_SUCCESS;
    CHECK_EQUAL(begin(d.a, mode), CUDA_SUCCESS);
    std::thread([&] {
      cuCtxSetCurrent(d.context);
      allocated = cuMemAlloc_v2(&p, 4);
      if (allocated == CUDA_SUCCESS) cuMemFree_v2(p);
      ended = cuStreamEndCapture(d.a, &graph);
    }).join();
    CHECK_EQUAL(allocated, mode == CU_STREAM_CAPTURE_MODE_GLOBAL ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED : CUDA_SUCCESS);
    CHECK_EQUAL(ended, CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
    cuStreamEndCapture(d.a, &graph);
    if (graph != nullptr) cuGraphDestroy(graph);
  }
  unsigned relaxed = CU_STREAM_CAPTURE_MODE_RELAXED;
  CHECK_EQUAL(cuThreadExchangeStreamCaptureMode(&relaxed), CUDA_SUCCESS);
  CHECK_EQUAL(relaxed, unsigned{CU_STREAM_CAPTURE_MODE_GLOBAL});
  CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemAlloc_v2(&p, 4), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFree_v2(p), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_SUCCESS);
  cuGraphDestroy(graph);
  cuThreadExchangeStreamCaptureMode(&relaxed);
}

TEST(default_stream_and_capture) {
  Device d;
  CUstream blocking = nullptr;
  CUgraph graph = nullptr;
  CHECK_EQUAL(cuStreamCreate(&blocking, 0), CUDA_SUCCESS);
  CHECK_EQUAL(begin(nullptr), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  CHECK_EQUAL(begin(blocking), CUDA_SUCCESS);
  CHECK_EQUAL(cuLaunchKernel(d.nothing, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
  CHECK_EQUAL(cuStreamEndCapture(blocking, &graph), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);  // a non-blocking stream does not mind
  CHECK_EQUAL(cuLaunchKernel(d.nothing, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_SUCCESS);
  cuGraphDestroy(graph);
  cuStreamDestroy_v2(blocking);
  cuCtxSynchronize();
}

TEST(to_ask_about_the_default_stream_spoils_no_capture) {
  Device d;
  CUstream blocking = nullptr;
  CUgraph graph = nullptr;
  unsigned status = 9;
  CHECK_EQUAL(cuStreamCreate(&blocking, 0), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamIsCapturing(nullptr, &status), CUDA_SUCCESS);
  CHECK_EQUAL(status, unsigned{CU_STREAM_CAPTURE_STATUS_NONE});
  CHECK_EQUAL(begin(blocking), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamIsCapturing(nullptr, &status), CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
  CHECK_EQUAL(cuStreamEndCapture(blocking, &graph), CUDA_SUCCESS);
  cuGraphDestroy(graph);
  cuStreamDestroy_v2(blocking);
}

TEST(waiting_for_the_context_spoils_its_captures) {
  Device d;
  CUgraph graph = nullptr;
  CHECK_EQUAL(begin(d.a, CU_STREAM_CAPTURE_MODE_RELAXED), CUDA_SUCCESS);
  CHECK_EQUAL(cuCtxSynchronize(), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
}

TEST(graph_in_a_graph_is_not_supported) {
  Device d;
  CUgraph graph = nullptr, outer = nullptr;
  CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &graph), CUDA_SUCCESS);
  CUgraphExec exec = instantiate(graph);
  CHECK_EQUAL(begin(d.a), CUDA_SUCCESS);
  CHECK_EQUAL(cuGraphLaunch(exec, d.a), CUDA_ERROR_NOT_SUPPORTED);
  CHECK_EQUAL(cuStreamEndCapture(d.a, &outer), CUDA_SUCCESS);
  cuGraphExecDestroy(exec), cuGraphDestroy(graph), cuGraphDestroy(outer);
}

int main() { return check::run(); }
