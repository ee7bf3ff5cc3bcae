// SPDX-License-Identifier: Apache-2.0
#include "engine.h"

#include <algorithm>

#include "driver.h"
#include "findings.h"

namespace initium::soft {

namespace {

// A driver has a queue of finite length too: beyond it, a call waits for the oldest work.
constexpr size_t kQueueLimit = 1024;

// The op and all that it waits for, directly or not.
void gather(const OpPtr& op, std::set<OpPtr>& into) {
  if (done(op) || !into.insert(op).second) return;
  for (const OpPtr& before : op->after) gather(before, into);
}

bool ready(const Op& op) {
  return op.state == Op::State::Queued && std::all_of(op.after.begin(), op.after.end(), done);
}

}  // namespace

OpPtr Engine::queue(Lock& lock, const StreamPtr& stream, Work work, std::vector<OpPtr> after) {
  while (queue_.size() >= kQueueLimit) finish(lock, {queue_.front()});
  auto& streams = stream->context->streams;
  std::erase_if(streams, [](const StreamPtr& s) { return s->destroyed && done(s->last); });
  after.push_back(stream->last);
  if (stream->legacy) {
    for (const StreamPtr& other : streams)
      if (other->blocking) after.push_back(other->last);
  } else if (stream->blocking) {
    after.push_back(stream->context->legacy->last);
  }
  std::erase_if(after, done);
  Op op{std::move(work), stream->context, std::move(after), Op::State::Queued, {}};
  stream->last = std::make_shared<Op>(std::move(op));
  queue_.push_back(stream->last);
  return stream->last;
}

OpPtr Engine::submit(Lock& lock, const StreamPtr& stream, Work work) {
  if (stream->capture == nullptr) {
    legacyAllowed(*stream);
    return queue(lock, stream, std::move(work), {});
  }
  Capture& capture = *stream->capture;
  if (capture.invalid) throw CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  capture.graph.nodes.push_back({std::move(work), stream->tail});
  stream->tail = {capture.graph.nodes.size() - 1};
  return nullptr;
}

void Engine::run(Lock& lock, const OpPtr& op) {
  op->state = Op::State::Running;
  if (op->work.body && op->context->sticky == CUDA_SUCCESS) {
    lock.unlock();
    std::optional<Finding> finding;
    try {
      finding = op->work.body();
    } catch (const std::exception& e) {  // the host's memory, say
      finding.emplace().what = e.what();
    }
    if (finding) Findings::get().add(*finding, op->work.what);
    lock.lock();
    if (finding && op->context->sticky == CUDA_SUCCESS)
      op->context->sticky = CUresult(finding->code);
  }
  op->work.body = {};  // what it holds (parameters, staged bytes) goes with it
  op->after.clear();
  op->finished = std::chrono::steady_clock::now();
  op->state = Op::State::Done;
  std::erase(queue_, op);
  changed_.notify_all();
}

// Runs one op that is ready; false when another thread runs what the others wait for.
bool Engine::step(Lock& lock, const std::set<OpPtr>* among) {
  std::vector<OpPtr> candidates;
  for (const OpPtr& op : queue_) {
    if (!ready(*op) || (among != nullptr && among->count(op) == 0)) continue;
    candidates.push_back(op);
    if (seed_ == 0) break;
  }
  if (candidates.empty()) return false;
  run(lock, candidates[random_() % candidates.size()]);
  return true;
}

void Engine::finish(Lock& lock, std::vector<OpPtr> targets) {
  std::erase_if(targets, done);
  if (targets.empty()) return;
  std::set<OpPtr> needed;
  for (const OpPtr& target : targets) gather(target, needed);
  // With a seed, every other wait lets unrelated work run too: work that ran too early shows.
  const bool others = seed_ != 0 && (random_() & 1) != 0;
  while (!std::all_of(targets.begin(), targets.end(), done))
    if (!step(lock, others ? nullptr : &needed)) changed_.wait(lock);
}

void Engine::finish(Lock& lock, const Context& context) {
  std::vector<OpPtr> mine = queue_;
  std::erase_if(mine, [&](const OpPtr& op) { return op->context.get() != &context; });
  finish(lock, std::move(mine));
}

bool Engine::poll(Lock& lock, const OpPtr& op) {
  if (done(op)) return true;
  std::set<OpPtr> needed;
  gather(op, needed);
  step(lock, &needed);
  return false;
}

bool Engine::pendingTouches(const HostRange& range) const {
  for (const OpPtr& op : queue_)
    for (const HostRange& r : op->work.host)
      if (r.address < range.address + range.bytes && range.address < r.address + r.bytes)
        return true;
  return false;
}

void Engine::drop(const Context& context) {
  for (OpPtr& op : queue_) {
    if (op->context.get() != &context || op->state != Op::State::Queued) continue;
    op->work.body = {};
    op->after.clear();
    op->state = Op::State::Done;
  }
  std::erase_if(queue_, done);
  std::erase_if(captures_, [&](auto& c) { return c->streams.front()->context.get() == &context; });
  changed_.notify_all();
}

}  // namespace initium::soft
