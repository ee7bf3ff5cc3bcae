// Streams.
#include <algorithm>

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

Work hostFunction(const char* name, std::function<void()> function) {
  return {name, [function = std::move(function)] {
            Thread::get().insideCallback = true;
            function();
            Thread::get().insideCallback = false;
            return std::nullopt;
          }, {}};
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
    return answer(flags, stream->blocking ? 0u : static_cast<unsigned>(CU_STREAM_NON_BLOCKING));
  });
}

INITIUM_API CUresult cuStreamGetPriority(CUstream handle, int* priority) {
  return onStream(__func__, handle, [&](Call&, const std::shared_ptr<Stream>& stream) {
    return answer(priority, stream->priority);
  });
}

INITIUM_API CUresult cuStreamGetCtx(CUstream handle, CUcontext* context) {
  return onStream(__func__, handle, [&](Call& call, const std::shared_ptr<Stream>& stream) {
    return answer(context, call.driver.contexts.handleOf(stream->context.get()));
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
