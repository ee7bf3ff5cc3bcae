// SPDX-License-Identifier: Apache-2.0
// Capture and graphs. Graphs are made by capture; nodes are not added one by one.
#include <utility>

#include "entry.h"

using namespace initium::soft;

namespace {

unsigned statusOf(const Stream& stream) {
  if (stream.capture == nullptr) return CU_STREAM_CAPTURE_STATUS_NONE;
  return stream.capture->invalid ? CU_STREAM_CAPTURE_STATUS_INVALIDATED
                                 : CU_STREAM_CAPTURE_STATUS_ACTIVE;
}

CUresult instantiate(const char* name, CUgraphExec* exec, CUgraph handle) {
  return entry(name, Needs::Context, [&](Call& call) {
    const auto graph = call.find(call.driver.graphs, handle);
    out(exec) = call.driver.execs.add(std::make_shared<GraphExec>(GraphExec{*graph, nullptr}));
  });
}

}  // namespace

INITIUM_API CUresult cuStreamBeginCapture_v2(CUstream handle, unsigned mode) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    require(mode <= CU_STREAM_CAPTURE_MODE_RELAXED);
    call.driver.engine.beginCapture(call.stream(handle), mode);
  });
}
INITIUM_API CUresult cuStreamEndCapture(CUstream handle, CUgraph* graph) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    out(graph) = nullptr;
    Graph made = call.driver.engine.endCapture(call.stream(handle));
    *graph = call.driver.graphs.add(std::make_shared<Graph>(std::move(made)));
  });
}
INITIUM_API CUresult cuStreamIsCapturing(CUstream handle, unsigned* status) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const StreamPtr stream = call.stream(handle);
    // As documented: the default stream cannot be used meanwhile, and asking spoils nothing.
    require(!call.driver.engine.forbidsLegacy(*stream), CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
    out(status) = statusOf(*stream);
  });
}
INITIUM_API CUresult cuThreadExchangeStreamCaptureMode(unsigned* mode) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    require(out(mode) <= CU_STREAM_CAPTURE_MODE_RELAXED);
    std::swap(*mode, call.thread.captureMode);
  });
}

INITIUM_API CUresult cuGraphDestroy(CUgraph handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.find(call.driver.graphs, handle);
    call.driver.graphs.remove(handle);
  });
}
INITIUM_API CUresult cuGraphInstantiate_v2(CUgraphExec* exec, CUgraph graph, CUgraphNode* error,
                                           char* log, size_t size) {
  if (error != nullptr) *error = nullptr;
  if (log != nullptr && size != 0) *log = '\0';
  return instantiate(__func__, exec, graph);
}
INITIUM_API CUresult cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph graph, uint64_t) {
  return instantiate(__func__, exec, graph);
}
INITIUM_API CUresult cuGraphLaunch(CUgraphExec handle, CUstream stream) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto exec = call.find(call.driver.execs, handle);
    call.driver.engine.launch(call.lock, *exec, call.ownStream(stream));
  });
}
INITIUM_API CUresult cuGraphExecDestroy(CUgraphExec handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.find(call.driver.execs, handle);
    call.driver.execs.remove(handle);
  });
}
