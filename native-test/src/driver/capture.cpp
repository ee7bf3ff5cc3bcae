// SPDX-License-Identifier: Apache-2.0
// The part of the engine that adds work to graphs instead of queueing it.
#include <algorithm>

#include "driver.h"
#include "engine.h"

namespace initium::soft {

namespace {

bool contains(const std::vector<size_t>& nodes, size_t node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}
void addOnce(std::vector<size_t>& to, std::vector<size_t> from) {
  for (const size_t node : from)
    if (!contains(to, node)) to.push_back(node);
}
void sound(const Capture& capture) {
  if (capture.invalid) throw CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
}

}  // namespace

bool Engine::forbidsLegacy(const Stream& stream) const {
  return stream.legacy && std::any_of(captures_.begin(), captures_.end(), [&](const auto& capture) {
           const Stream& origin = *capture->streams.front();
           return origin.context == stream.context && origin.blocking;
         });
}

void Engine::legacyAllowed(const Stream& stream) {
  if (!forbidsLegacy(stream)) return;
  for (const auto& capture : captures_)
    if (capture->streams.front()->blocking) capture->invalid = true;
  throw CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
}

void Engine::uncaptured(const Context& context) {
  bool captured = false;
  for (const auto& capture : captures_) {
    if (capture->streams.front()->context.get() != &context) continue;
    capture->invalid = captured = true;
  }
  if (captured) throw CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

void Engine::record(Lock& lock, Event& event, const StreamPtr& stream) {
  if (stream->capture != nullptr) sound(*stream->capture);
  event.capture = stream->capture;
  event.nodes = stream->tail;
  event.op = stream->capture == nullptr ? submit(lock, stream, {"event", {}, {}}) : nullptr;
}

void Engine::wait(Lock& lock, const StreamPtr& stream, const Event& event) {
  if (event.capture == nullptr) {
    if (stream->capture != nullptr) {
      stream->capture->invalid = true;
      throw CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
    }
    if (done(event.op)) return;
    legacyAllowed(*stream);
    queue(lock, stream, {"wait for event", {}, {}}, {event.op});
    return;
  }
  sound(*event.capture);
  if (stream->capture == nullptr) {  // joins the capture
    if (stream->legacy) throw CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    if (std::find(captures_.begin(), captures_.end(), event.capture) == captures_.end())
      throw CUDA_ERROR_CAPTURED_EVENT;
    stream->capture = event.capture;
    event.capture->streams.push_back(stream);
  } else if (stream->capture != event.capture) {
    stream->capture->invalid = event.capture->invalid = true;
    throw CUDA_ERROR_STREAM_CAPTURE_MERGE;
  }
  addOnce(stream->tail, event.nodes);
}

void Engine::beginCapture(const StreamPtr& stream, unsigned mode) {
  if (stream->legacy) throw CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  if (stream->capture != nullptr) throw CUDA_ERROR_ILLEGAL_STATE;
  Capture capture{mode, std::this_thread::get_id(), {}, false, {stream}};
  captures_.push_back(stream->capture = std::make_shared<Capture>(std::move(capture)));
}

Graph Engine::endCapture(const StreamPtr& stream) {
  const std::shared_ptr<Capture> capture = stream->capture;
  if (capture == nullptr) throw CUDA_ERROR_ILLEGAL_STATE;
  if (capture->streams.front() != stream) throw CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
  const bool mine = capture->thread == std::this_thread::get_id();
  if (capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED && !mine)
    throw CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
  std::vector<size_t> joined = stream->tail;  // all that the origin's end comes after
  for (size_t i = 0; i < joined.size(); i++) addOnce(joined, capture->graph.nodes[joined[i]].after);
  bool unjoined = false;
  for (const StreamPtr& member : capture->streams) {
    for (const size_t node : member->tail) unjoined |= !contains(joined, node);
    member->capture = nullptr;
    member->tail.clear();
  }
  std::erase(captures_, capture);
  sound(*capture);
  if (unjoined) throw CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
  return std::move(capture->graph);
}

void Engine::unsafeForCapture(unsigned threadMode) {
  if (threadMode == CU_STREAM_CAPTURE_MODE_RELAXED) return;
  bool forbidden = false;
  for (const auto& capture : captures_) {
    const bool mine = capture->thread == std::this_thread::get_id();
    const bool global = capture->mode == CU_STREAM_CAPTURE_MODE_GLOBAL &&
                        threadMode == CU_STREAM_CAPTURE_MODE_GLOBAL;
    if (!global && (!mine || capture->mode == CU_STREAM_CAPTURE_MODE_RELAXED)) continue;
    capture->invalid = forbidden = true;
  }
  if (forbidden) throw CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

void Engine::launch(Lock& lock, GraphExec& exec, const StreamPtr& stream) {
  if (stream->capture != nullptr) throw CUDA_ERROR_NOT_SUPPORTED;  // a graph in a graph
  legacyAllowed(*stream);
  const OpPtr start = queue(lock, stream, {"graph", {}, {}}, {exec.last});
  std::vector<OpPtr> ops;
  for (const Graph::Node& node : exec.graph.nodes) {
    stream->last = start;  // nodes are ordered by their edges, not by the stream
    std::vector<OpPtr> after;
    for (const size_t before : node.after) after.push_back(ops[before]);
    ops.push_back(queue(lock, stream, node.work, std::move(after)));
  }
  exec.last = queue(lock, stream, {"end of graph", {}, {}}, std::move(ops));
}

}  // namespace initium::soft
