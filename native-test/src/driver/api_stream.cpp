// SPDX-License-Identifier: Apache-2.0
// Streams and events.
#include "entry.h"

using namespace initium::soft;

namespace {

std::shared_ptr<Event> find(const Call& call, CUevent handle) {
  return call.find(call.driver.events, handle);
}

}  // namespace

INITIUM_API CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    require(stream != nullptr && flags <= CU_STREAM_NON_BLOCKING);
    auto made = std::make_shared<Stream>();
    made->context = call.context;
    made->blocking = flags == 0;
    call.context->streams.push_back(made);
    *stream = call.driver.streams.add(made);
  });
}
// Returns at once; what is queued runs nevertheless, when somebody waits for it.
INITIUM_API CUresult cuStreamDestroy_v2(CUstream handle) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    const StreamPtr stream = call.find(call.driver.streams, handle);
    notCaptured(stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    stream->destroyed = true;  // its context forgets it when its work is done
    call.driver.streams.remove(handle);
  });
}
INITIUM_API CUresult cuStreamSynchronize(CUstream handle) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const StreamPtr stream = call.stream(handle);
    notCaptured(stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    std::vector<OpPtr> targets{stream->last};
    if (stream->legacy)
      for (const StreamPtr& other : stream->context->streams)
        if (other->blocking) targets.push_back(other->last);
    call.driver.engine.finish(call.lock, std::move(targets));
    call.driver.releasePools(call.context->device);
    require(stream->context->sticky == CUDA_SUCCESS, stream->context->sticky);
  });
}
INITIUM_API CUresult cuStreamQuery(CUstream handle) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const StreamPtr stream = call.stream(handle);
    notCaptured(stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    const bool done = call.driver.engine.poll(call.lock, stream->last);
    require(stream->context->sticky == CUDA_SUCCESS, stream->context->sticky);
    require(done, CUDA_ERROR_NOT_READY);
  });
}
INITIUM_API CUresult cuStreamWaitEvent(CUstream handle, CUevent event, unsigned) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    call.driver.engine.wait(call.lock, call.stream(handle), *find(call, event));
  });
}
INITIUM_API CUresult cuEventCreate(CUevent* event, unsigned flags) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    require(event != nullptr && flags <= 7);
    require((flags & CU_EVENT_INTERPROCESS) == 0, CUDA_ERROR_NOT_SUPPORTED);
    auto made = std::make_shared<Event>();
    made->context = call.context;
    made->timing = (flags & CU_EVENT_DISABLE_TIMING) == 0;
    *event = call.driver.events.add(made);
  });
}
INITIUM_API CUresult cuEventDestroy_v2(CUevent handle) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    find(call, handle);
    call.driver.events.remove(handle);
  });
}
INITIUM_API CUresult cuEventRecord(CUevent handle, CUstream stream) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto event = find(call, handle);
    const StreamPtr on = call.stream(stream);
    require(on->context == event->context, CUDA_ERROR_INVALID_HANDLE);
    call.driver.engine.record(call.lock, *event, on);
  });
}
INITIUM_API CUresult cuEventSynchronize(CUevent handle) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto event = find(call, handle);
    notCaptured(event->capture, CUDA_ERROR_CAPTURED_EVENT);
    call.driver.engine.finish(call.lock, {event->op});
    call.driver.releasePools(call.context->device);
    require(event->context->sticky == CUDA_SUCCESS, event->context->sticky);
  });
}
INITIUM_API CUresult cuEventQuery(CUevent handle) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto event = find(call, handle);
    notCaptured(event->capture, CUDA_ERROR_CAPTURED_EVENT);
    call.unsafeForCapture();
    require(call.driver.engine.poll(call.lock, event->op), CUDA_ERROR_NOT_READY);
  });
}
INITIUM_API CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto from = find(call, start), to = find(call, end);
    for (const auto& event : {from, to})
      require(event->timing && event->op != nullptr, CUDA_ERROR_INVALID_HANDLE);
    require(done(from->op) && done(to->op), CUDA_ERROR_NOT_READY);
    const std::chrono::duration<float, std::milli> elapsed = to->op->finished - from->op->finished;
    out(milliseconds) = elapsed.count();
  });
}
