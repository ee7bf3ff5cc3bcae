// The part of the engine that adds work to graphs instead of queueing it.
#include <algorithm>

#include "context.h"
#include "engine.h"

namespace initium::soft {
namespace {

void addOnce(std::vector<std::size_t>& to, const std::vector<std::size_t>& from) {
  for (std::size_t node : from) {
    if (std::find(to.begin(), to.end(), node) == to.end()) to.push_back(node);
  }
}

}  // namespace

CUresult Engine::legacyAllowed(const Stream& stream) {
  if (!stream.legacy) return CUDA_SUCCESS;
  for (const auto& capture : captures_) {
    const Stream& origin = *capture->streams.front();
    if (origin.context == stream.context && origin.blocking) {
      capture->invalid = true;
      return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
  }
  return CUDA_SUCCESS;
}

CUresult Engine::record(Lock& lock, Event& event, const std::shared_ptr<Stream>& stream) {
  if (stream->capture != nullptr) {
    if (stream->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    event.capture = stream->capture;
    event.nodes = stream->tail;
    event.op = nullptr;
    return CUDA_SUCCESS;
  }
  event.capture = nullptr;
  return submit(lock, stream, {"event", {}, {}}, &event.op);
}

CUresult Engine::wait(Lock& lock, const std::shared_ptr<Stream>& stream, const Event& event) {
  if (event.capture != nullptr) {
    if (event.capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    if (stream->capture == nullptr) {
      if (stream->legacy) return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
      bool active = std::find(captures_.begin(), captures_.end(), event.capture) != captures_.end();
      if (!active) return CUDA_ERROR_CAPTURED_EVENT;
      stream->capture = event.capture;
      stream->tail = event.nodes;
      event.capture->streams.push_back(stream);
      return CUDA_SUCCESS;
    }
    if (stream->capture != event.capture) {
      stream->capture->invalid = event.capture->invalid = true;
      return CUDA_ERROR_STREAM_CAPTURE_MERGE;
    }
    addOnce(stream->tail, event.nodes);
    return CUDA_SUCCESS;
  }
  if (stream->capture != nullptr) {
    stream->capture->invalid = true;
    return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
  }
  if (event.op == nullptr || event.op->done()) return CUDA_SUCCESS;
  if (CUresult r = legacyAllowed(*stream); r != CUDA_SUCCESS) return r;
  queue(lock, stream, {"wait for event", {}, {}}, {event.op});
  return CUDA_SUCCESS;
}

CUresult Engine::beginCapture(const std::shared_ptr<Stream>& stream, unsigned mode) {
  if (stream->legacy) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  if (stream->capture != nullptr) return CUDA_ERROR_ILLEGAL_STATE;
  auto capture = std::make_shared<Capture>();
  capture->id = ++captureIds_;
  capture->mode = mode;
  capture->thread = std::this_thread::get_id();
  capture->streams = {stream};
  stream->capture = capture;
  stream->tail.clear();
  captures_.push_back(capture);
  return CUDA_SUCCESS;
}

CUresult Engine::endCapture(const std::shared_ptr<Stream>& stream, Graph& graph) {
  std::shared_ptr<Capture> capture = stream->capture;
  if (capture == nullptr) return CUDA_ERROR_ILLEGAL_STATE;
  if (capture->streams.front() != stream) return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
  if (capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED &&
      capture->thread != std::this_thread::get_id()) {
    return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
  }
  std::vector<std::size_t> joined = stream->tail;  // all that the origin's end comes after
  for (std::size_t i = 0; i < joined.size(); ++i) {
    addOnce(joined, std::vector<std::size_t>(capture->graph.nodes[joined[i]].after));
  }
  bool unjoined = false;
  for (const auto& member : capture->streams) {
    for (std::size_t node : member->tail) {
      unjoined |= std::find(joined.begin(), joined.end(), node) == joined.end();
    }
    member->capture = nullptr;
    member->tail.clear();
  }
  std::erase(captures_, capture);
  if (capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  if (unjoined) return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
  graph = std::move(capture->graph);
  return CUDA_SUCCESS;
}

CUresult Engine::unsafeForCapture(unsigned threadMode) {
  if (threadMode == CU_STREAM_CAPTURE_MODE_RELAXED) return CUDA_SUCCESS;
  CUresult result = CUDA_SUCCESS;
  for (const auto& capture : captures_) {
    bool mine = capture->thread == std::this_thread::get_id();
    bool global = capture->mode == CU_STREAM_CAPTURE_MODE_GLOBAL &&
                  threadMode == CU_STREAM_CAPTURE_MODE_GLOBAL;
    if (global || (mine && capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED)) {
      capture->invalid = true;
      result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
  }
  return result;
}

CUresult Engine::launch(Lock& lock, GraphExec& exec, const std::shared_ptr<Stream>& stream) {
  if (stream->capture != nullptr) {  // becomes part of the graph that is being captured
    Capture& capture = *stream->capture;
    if (capture.invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    std::size_t first = capture.graph.nodes.size();
    for (Graph::Node node : exec.graph.nodes) {
      for (std::size_t& before : node.after) before += first;
      if (node.after.empty()) node.after = stream->tail;
      capture.graph.nodes.push_back(std::move(node));
    }
    for (std::size_t i = first; i < capture.graph.nodes.size(); ++i) addOnce(stream->tail, {i});
    return CUDA_SUCCESS;
  }
  if (CUresult r = legacyAllowed(*stream); r != CUDA_SUCCESS) return r;
  OpPtr start = queue(lock, stream, {"graph", {}, {}}, {exec.last});
  std::vector<OpPtr> ops;
  for (const Graph::Node& node : exec.graph.nodes) {
    stream->last = start;  // nodes are ordered by their edges, not by the stream
    std::vector<OpPtr> after;
    for (std::size_t before : node.after) after.push_back(ops[before]);
    ops.push_back(queue(lock, stream, node.work, std::move(after)));
  }
  exec.last = queue(lock, stream, {"end of graph", {}, {}}, std::move(ops));
  return CUDA_SUCCESS;
}

}  // namespace initium::soft
