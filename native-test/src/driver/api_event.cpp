// Events.
#include "entry.h"

using namespace initium::soft;

namespace {

CUresult record(const char* name, CUevent handle, CUstream streamHandle) {
  return onEvent(name, handle, [&](Call& call, const std::shared_ptr<Event>& event) {
    std::shared_ptr<Stream> stream = call.stream(streamHandle);
    if (stream == nullptr || stream->context != event->context) return CUDA_ERROR_INVALID_HANDLE;
    return call.driver.engine.record(call.lock, *event, stream);
  });
}

}  // namespace

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
