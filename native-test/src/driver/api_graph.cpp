// Capture and graphs.
#include <utility>

#include "entry.h"

using namespace initium::soft;

namespace {

unsigned statusOf(const Stream& stream) {
  if (stream.capture == nullptr) return CU_STREAM_CAPTURE_STATUS_NONE;
  return stream.capture->invalid ? CU_STREAM_CAPTURE_STATUS_INVALIDATED : CU_STREAM_CAPTURE_STATUS_ACTIVE;
}

CUresult instantiate(const char* name, CUgraphExec* exec, CUgraph handle) {
  return entry(name, Needs::Context, [&](Call& call) {
    std::shared_ptr<Graph> graph = call.find(call.driver.graphs, handle);
    if (graph == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (exec == nullptr) return CUDA_ERROR_INVALID_VALUE;
    auto made = std::make_shared<GraphExec>();
    made->graph = *graph;
    *exec = call.driver.execs.add(made);
    return CUDA_SUCCESS;
  });
}

}  // namespace

INITIUM_API CUresult cuStreamBeginCapture_v2(CUstream handle, unsigned mode) {
  return onStream(__func__, handle, [&](Call& call, const std::shared_ptr<Stream>& stream) {
    if (mode > CU_STREAM_CAPTURE_MODE_RELAXED) return CUDA_ERROR_INVALID_VALUE;
    return call.driver.engine.beginCapture(stream, mode);
  });
}

INITIUM_API CUresult cuStreamEndCapture(CUstream handle, CUgraph* graph) {
  return onStream(__func__, handle, [&](Call& call, const std::shared_ptr<Stream>& stream) {
    if (graph == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *graph = nullptr;
    auto made = std::make_shared<Graph>();
    if (CUresult r = call.driver.engine.endCapture(stream, *made); r != CUDA_SUCCESS) return r;
    *graph = call.driver.graphs.add(made);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuStreamIsCapturing(CUstream handle, unsigned* status) {
  return onStream(__func__, handle, [&](Call&, const std::shared_ptr<Stream>& stream) {
    return answer(status, statusOf(*stream));
  });
}

INITIUM_API CUresult cuStreamGetCaptureInfo(CUstream handle, unsigned* status, std::uint64_t* id) {
  return onStream(__func__, handle, [&](Call&, const std::shared_ptr<Stream>& stream) {
    if (status == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *status = statusOf(*stream);
    if (id != nullptr && stream->capture != nullptr) *id = stream->capture->id;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuThreadExchangeStreamCaptureMode(unsigned* mode) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (mode == nullptr || *mode > CU_STREAM_CAPTURE_MODE_RELAXED) return CUDA_ERROR_INVALID_VALUE;
    std::swap(*mode, call.thread.captureMode);
    return CUDA_SUCCESS;
  });
}

// Graphs. They are made by capture; nodes are not added one by one.

INITIUM_API CUresult cuGraphCreate(CUgraph* graph, unsigned flags) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (graph == nullptr || flags != 0) return CUDA_ERROR_INVALID_VALUE;
    *graph = call.driver.graphs.add(std::make_shared<Graph>());
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuGraphGetNodes(CUgraph handle, CUgraphNode* nodes, std::size_t* count) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    std::shared_ptr<Graph> graph = call.find(call.driver.graphs, handle);
    if (graph == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (count == nullptr) return CUDA_ERROR_INVALID_VALUE;
    for (std::size_t i = 0; nodes != nullptr && i < *count; ++i) {
      nodes[i] = i < graph->nodes.size() ? reinterpret_cast<CUgraphNode>(&graph->nodes[i]) : nullptr;
    }
    *count = graph->nodes.size();
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuGraphDestroy(CUgraph handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (call.find(call.driver.graphs, handle) == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    call.driver.graphs.remove(handle);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuGraphInstantiate_v2(CUgraphExec* exec, CUgraph graph, CUgraphNode* error, char* log, std::size_t size) {
  if (error != nullptr) *error = nullptr;
  if (log != nullptr && size != 0) *log = '\0';
  return instantiate(__func__, exec, graph);
}
INITIUM_API CUresult cuGraphInstantiate(CUgraphExec* exec, CUgraph graph, CUgraphNode* error, char* log, std::size_t size) {
  return cuGraphInstantiate_v2(exec, graph, error, log, size);
}
INITIUM_API CUresult cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph graph, std::uint64_t) {
  return instantiate(__func__, exec, graph);
}
INITIUM_API CUresult cuGraphInstantiateWithParams(CUgraphExec* exec, CUgraph graph, CUDA_GRAPH_INSTANTIATE_PARAMS* params) {
  CUresult r = params == nullptr ? CUDA_ERROR_INVALID_VALUE : instantiate(__func__, exec, graph);
  if (params != nullptr) params->hErrNode_out = nullptr, params->result_out = r == CUDA_SUCCESS ? 0 : 1;
  return r;
}

INITIUM_API CUresult cuGraphLaunch(CUgraphExec handle, CUstream streamHandle) {
  return onStream(__func__, streamHandle, [&](Call& call, const std::shared_ptr<Stream>& stream) {
    std::shared_ptr<GraphExec> exec = call.find(call.driver.execs, handle);
    if (exec == nullptr || stream->context != call.context) return CUDA_ERROR_INVALID_HANDLE;
    return call.driver.engine.launch(call.lock, *exec, stream);
  });
}

INITIUM_API CUresult cuGraphUpload(CUgraphExec handle, CUstream streamHandle) {
  return onStream(__func__, streamHandle, [&](Call& call, const std::shared_ptr<Stream>&) {
    return call.find(call.driver.execs, handle) == nullptr ? CUDA_ERROR_INVALID_HANDLE : CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuGraphExecDestroy(CUgraphExec handle) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    if (call.find(call.driver.execs, handle) == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    call.driver.execs.remove(handle);
    return CUDA_SUCCESS;
  });
}
