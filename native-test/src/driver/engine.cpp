#include "engine.h"

#include <algorithm>
#include <set>

#include "context.h"
#include "findings.h"

namespace initium::soft {
namespace {

// A driver has a queue of finite length too: beyond it, a call waits for the oldest work.
constexpr std::size_t queueLimit = 1024;

// The op and all that it waits for, directly or not.
void gather(const OpPtr& op, std::set<OpPtr>& into) {
  if (op == nullptr || op->done() || !into.insert(op).second) return;
  for (const OpPtr& before : op->after) gather(before, into);
}

bool ready(const Op& op) {
  return op.state == Op::State::Queued &&
         std::all_of(op.after.begin(), op.after.end(), [](const OpPtr& o) { return o->done(); });
}

}  // namespace

OpPtr Engine::queue(Lock& lock, const std::shared_ptr<Stream>& stream, Work work,
                    std::vector<OpPtr> after) {
  while (queue_.size() >= queueLimit) finish(lock, {queue_.front()});
  auto op = std::make_shared<Op>();
  op->work = std::move(work);
  op->context = stream->context;
  after.push_back(stream->last);
  if (stream->legacy) {
    std::erase_if(stream->context->streams, [](const auto& other) {
      return other->destroyed && (other->last == nullptr || other->last->done());
    });
    for (const auto& other : stream->context->streams) {
      if (other->blocking) after.push_back(other->last);
    }
  } else if (stream->blocking) {
    after.push_back(stream->context->legacy->last);
  }
  std::erase_if(after, [](const OpPtr& o) { return o == nullptr || o->done(); });
  op->after = std::move(after);
  stream->last = op;
  queue_.push_back(op);
  return op;
}

CUresult Engine::submit(Lock& lock, const std::shared_ptr<Stream>& stream, Work work, OpPtr* op) {
  if (stream->capture != nullptr) {
    Capture& capture = *stream->capture;
    if (capture.invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    capture.graph.nodes.push_back({std::move(work), stream->tail});
    stream->tail = {capture.graph.nodes.size() - 1};
    return CUDA_SUCCESS;
  }
  if (CUresult r = legacyAllowed(*stream); r != CUDA_SUCCESS) return r;
  OpPtr queued = queue(lock, stream, std::move(work), {});
  if (op != nullptr) *op = queued;
  return CUDA_SUCCESS;
}

void Engine::run(Lock& lock, const OpPtr& op) {
  op->state = Op::State::Running;
  if (op->work.body && op->context->sticky == CUDA_SUCCESS) {
    lock.unlock();
    std::optional<Finding> finding;
    try {
      finding = op->work.body();
    } catch (const std::exception& e) {  // the host's memory, say
      finding.emplace();
      finding->what = e.what();
      Findings::get().add(*finding, op->work.what, false);
    }
    lock.lock();
    if (finding && op->context->sticky == CUDA_SUCCESS) {
      op->context->sticky = static_cast<CUresult>(finding->code);
      op->context->stickyWhat = op->work.what;
    }
  }
  op->work.body = {};  // what it holds (parameters, staged bytes) goes with it
  op->after.clear();
  op->finished = std::chrono::steady_clock::now();
  op->state = Op::State::Done;
  std::erase(queue_, op);
  changed_.notify_all();
}

// Runs one op that is ready; false when another thread runs what the others wait for.
bool Engine::step(Lock& lock, const std::vector<OpPtr>& among) {
  std::vector<OpPtr> candidates;
  for (const OpPtr& op : among) {
    if (!ready(*op)) continue;
    candidates.push_back(op);
    if (seed_ == 0) break;
  }
  if (candidates.empty()) return false;
  run(lock, OpPtr(candidates[random_() % candidates.size()]));
  return true;
}

void Engine::finish(Lock& lock, std::vector<OpPtr> targets) {
  std::erase_if(targets, [](const OpPtr& o) { return o == nullptr || o->done(); });
  if (targets.empty()) return;
  std::set<OpPtr> needed;
  for (const OpPtr& target : targets) gather(target, needed);
  // With a seed, every other wait lets unrelated work run too: work that ran too early shows as well.
  bool others = seed_ != 0 && (random_() & 1) != 0;
  auto left = [&] {
    return std::any_of(targets.begin(), targets.end(), [](const OpPtr& o) { return !o->done(); });
  };
  while (left()) {
    std::vector<OpPtr> among;
    for (const OpPtr& op : queue_) {
      if (others || needed.count(op) != 0) among.push_back(op);
    }
    if (!step(lock, among)) changed_.wait(lock);
  }
}

void Engine::finish(Lock& lock, const Context& context) {
  std::vector<OpPtr> mine;
  for (const OpPtr& op : queue_) {
    if (op->context.get() == &context) mine.push_back(op);
  }
  finish(lock, std::move(mine));
}

bool Engine::poll(Lock& lock, const OpPtr& op) {
  if (op == nullptr || op->done()) return true;
  std::set<OpPtr> needed;
  gather(op, needed);
  std::vector<OpPtr> among;
  for (const OpPtr& queued : queue_) {
    if (needed.count(queued) != 0) among.push_back(queued);
  }
  step(lock, among);
  return false;
}

bool Engine::pendingTouches(const HostRange& range) const {
  return std::any_of(queue_.begin(), queue_.end(), [&](const OpPtr& op) {
    return std::any_of(op->work.host.begin(), op->work.host.end(),
                       [&](const HostRange& r) { return r.overlaps(range); });
  });
}

void Engine::drop(const Context& context) {
  for (OpPtr& op : queue_) {
    if (op->context.get() != &context || op->state != Op::State::Queued) continue;
    op->work.body = {};
    op->after.clear();
    op->state = Op::State::Done;
  }
  std::erase_if(queue_, [](const OpPtr& op) { return op->done(); });
  std::erase_if(captures_, [&](const auto& c) { return c->streams.front()->context.get() == &context; });
  changed_.notify_all();
}

}  // namespace initium::soft
