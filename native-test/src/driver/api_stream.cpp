// Streams, events, capture and graphs.
#include <algorithm>
#include <atomic>
#include <cstring>

#include "entry.h"

using namespace initium::soft;

namespace {

CUresult create(const char* name, CUstream* stream, unsigned flags, int priority) {
  return entry(name, Needs::Context, [&](Call& call) {
    if (stream == nullptr || flags > CU_STREAM_NON_BLOCKING) return CUDA_ERROR_INVALID_VALUE;
    auto made = std::make_shared<Stream>();
    made->context = call.context;
    made->blocking = (flags & CU_STREAM_NON_BLOCKING) == 0;
    made->priority = std::clamp(priority, -5, 0);
    call.context->streams.push_back(made);
    *stream = call.driver.streams.add(made);
    return CUDA_SUCCESS;
  });
}

template <typename F>
CUresult onStream(const char* name, CUstream handle, F&& body) {
  return entry(name, Needs::Context, [&](Call& call) {
    std::shared_ptr<Stream> stream = call.stream(handle);
    return stream == nullptr ? CUDA_ERROR_INVALID_HANDLE : body(call, stream);
  });
}

template <typename F>
CUresult onEvent(const char* name, CUevent handle, F&& body) {
  return entry(name, Needs::Context, [&](Call& call) {
    std::shared_ptr<Event> event = call.find(call.driver.events, handle);
    return event == nullptr ? CUDA_ERROR_INVALID_HANDLE : body(call, event);
  });
}

CUresult record(const char* name, CUevent handle, CUstream streamHandle) {
  return onEvent(name, handle, [&](Call& call, const std::shared_ptr<Event>& event) {
    std::shared_ptr<Stream> stream = call.stream(streamHandle);
    if (stream == nullptr || stream->context != event->context) return CUDA_ERROR_INVALID_HANDLE;
    return call.driver.engine.record(call.lock, *event, stream);
  });
}

// Waiting for a stream or an event that is part of a capture: the capture is lost.
CUresult spoil(Capture& capture, CUresult with) {
  capture.invalid = true;
  return with;
}

unsigned statusOf(const Stream& stream) {
  if (stream.capture == nullptr) return CU_STREAM_CAPTURE_STATUS_NONE;
  return stream.capture->invalid ? CU_STREAM_CAPTURE_STATUS_INVALIDATED : CU_STREAM_CAPTURE_STATUS_ACTIVE;
}

Work hostFunction(const char* name, std::function<void()> function) {
  return {name, [function = std::move(function)] {
            Thread::get().insideCallback = true;
            function();
            Thread::get().insideCallback = false;
            return std::nullopt;
          }, {}};
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

INITIUM_API CUresult cuStreamCreate(CUstream* stream, unsigned flags) { return create(__func__, stream, flags, 0); }
INITIUM_API CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int priority) {
  return create(__func__, stream, flags, priority);
}

// Returns at once; what is queued runs nevertheless, when somebody waits for it.
INITIUM_API CUresult cuStreamDestroy_v2(CUstream handle) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    std::shared_ptr<Stream> stream = call.find(call.driver.streams, handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (stream->capture != nullptr) return spoil(*stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    stream->destroyed = true;  // its context forgets it when its work is done
    call.driver.streams.remove(handle);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuStreamSynchronize(CUstream handle) {
  return onStream(__func__, handle, [](Call& call, const std::shared_ptr<Stream>& stream) {
    if (stream->capture != nullptr) return spoil(*stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    std::vector<OpPtr> targets{stream->last};
    if (stream->legacy) {
      for (const auto& other : stream->context->streams) {
        if (other->blocking) targets.push_back(other->last);
      }
    }
    call.driver.engine.finish(call.lock, std::move(targets));
    return stream->context->sticky;
  });
}

INITIUM_API CUresult cuStreamQuery(CUstream handle) {
  return onStream(__func__, handle, [](Call& call, const std::shared_ptr<Stream>& stream) {
    if (stream->capture != nullptr) return spoil(*stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    bool done = call.driver.engine.poll(call.lock, stream->last);
    if (stream->context->sticky != CUDA_SUCCESS) return stream->context->sticky;
    return done ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
  });
}

INITIUM_API CUresult cuStreamWaitEvent(CUstream handle, CUevent eventHandle, unsigned) {
  return onEvent(__func__, eventHandle, [&](Call& call, const std::shared_ptr<Event>& event) {
    std::shared_ptr<Stream> stream = call.stream(handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    return call.driver.engine.wait(call.lock, stream, *event);
  });
}

INITIUM_API CUresult cuStreamGetFlags(CUstream handle, unsigned* flags) {
  return onStream(__func__, handle, [&](Call&, const std::shared_ptr<Stream>& stream) {
    if (flags == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *flags = stream->blocking ? 0u : static_cast<unsigned>(CU_STREAM_NON_BLOCKING);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuStreamGetPriority(CUstream handle, int* priority) {
  return onStream(__func__, handle, [&](Call&, const std::shared_ptr<Stream>& stream) {
    if (priority == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *priority = stream->priority;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuStreamGetCtx(CUstream handle, CUcontext* context) {
  return onStream(__func__, handle, [&](Call& call, const std::shared_ptr<Stream>& stream) {
    if (context == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *context = call.driver.contexts.handleOf(stream->context.get());
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuLaunchHostFunc(CUstream handle, CUhostFn function, void* data) {
  return onStream(__func__, handle, [&](Call& call, const std::shared_ptr<Stream>& stream) {
    if (function == nullptr) return CUDA_ERROR_INVALID_VALUE;
    return call.submit(stream, hostFunction(call.name, [=] { function(data); }));
  });
}

INITIUM_API CUresult cuStreamAddCallback(CUstream handle, CUstreamCallback function, void* data, unsigned flags) {
  return onStream(__func__, handle, [&](Call& call, const std::shared_ptr<Stream>& stream) {
    if (function == nullptr || flags != 0) return CUDA_ERROR_INVALID_VALUE;
    if (stream->capture != nullptr) return spoil(*stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    return call.submit(stream, hostFunction(call.name, [=] { function(handle, CUDA_SUCCESS, data); }));
  });
}

// Events.

INITIUM_API CUresult cuEventCreate(CUevent* event, unsigned flags) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    if (event == nullptr || flags > 7) return CUDA_ERROR_INVALID_VALUE;
    if ((flags & CU_EVENT_INTERPROCESS) != 0) return CUDA_ERROR_NOT_SUPPORTED;
    auto made = std::make_shared<Event>();
    made->context = call.context;
    made->timing = (flags & CU_EVENT_DISABLE_TIMING) == 0;
    *event = call.driver.events.add(made);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuEventDestroy_v2(CUevent handle) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    if (call.find(call.driver.events, handle) == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    call.driver.events.remove(handle);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuEventRecord(CUevent event, CUstream stream) { return record(__func__, event, stream); }
INITIUM_API CUresult cuEventRecordWithFlags(CUevent event, CUstream stream, unsigned) { return record(__func__, event, stream); }

INITIUM_API CUresult cuEventSynchronize(CUevent handle) {
  return onEvent(__func__, handle, [](Call& call, const std::shared_ptr<Event>& event) {
    if (event->capture != nullptr) return spoil(*event->capture, CUDA_ERROR_CAPTURED_EVENT);
    call.driver.engine.finish(call.lock, {event->op});
    return event->context->sticky;
  });
}

INITIUM_API CUresult cuEventQuery(CUevent handle) {
  return onEvent(__func__, handle, [](Call& call, const std::shared_ptr<Event>& event) {
    if (event->capture != nullptr) return spoil(*event->capture, CUDA_ERROR_CAPTURED_EVENT);
    if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
    bool done = call.driver.engine.poll(call.lock, event->op);
    return done ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
  });
}

INITIUM_API CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  return onEvent(__func__, start, [&](Call& call, const std::shared_ptr<Event>& from) {
    std::shared_ptr<Event> to = call.find(call.driver.events, end);
    if (milliseconds == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (to == nullptr || !from->timing || !to->timing) return CUDA_ERROR_INVALID_HANDLE;
    if (from->op == nullptr || to->op == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (!from->op->done() || !to->op->done()) return CUDA_ERROR_NOT_READY;
    *milliseconds = std::chrono::duration<float, std::milli>(to->op->finished - from->op->finished).count();
    return CUDA_SUCCESS;
  });
}

// Capture.

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
    if (status == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *status = statusOf(*stream);
    return CUDA_SUCCESS;
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
