// SPDX-License-Identifier: Apache-2.0
// Streams, events, capture and graphs: what is promised about order, and nothing more.
//
// Queued work is an Op. It knows which ops it comes after, so that a stream is no more than its
// last op, an event the op that it recorded, and a graph a list of ops to make. Nothing runs when
// it is queued. A call that waits runs what it waits for, and as little else as the seed decides,
// on the calling thread: a program that forgot to wait reads what was there before.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../finding.h"
#include "abi.h"

namespace initium::soft {

struct Context;
struct Stream;
using StreamPtr = std::shared_ptr<Stream>;
using Lock = std::unique_lock<std::mutex>;
using Body = std::function<std::optional<Finding>()>;  // empty: a marker

// A range of pinned host memory that queued work reads or writes.
struct HostRange {
  uint64_t address = 0;
  size_t bytes = 0;
};

// A piece of work, before it is queued: a graph keeps these, a stream makes Ops of them.
struct Work {
  std::string what;
  Body body;
  std::vector<HostRange> host;
};

struct Op {
  enum class State { Queued, Running, Done };
  Work work;
  std::shared_ptr<Context> context;
  std::vector<std::shared_ptr<Op>> after;
  State state = State::Queued;
  std::chrono::steady_clock::time_point finished;
};
using OpPtr = std::shared_ptr<Op>;
inline bool done(const OpPtr& op) { return op == nullptr || op->state == Op::State::Done; }

struct Graph {
  struct Node {
    Work work;
    std::vector<size_t> after;
  };
  std::vector<Node> nodes;
};

struct GraphExec {
  Graph graph;
  OpPtr last;  // a graph does not run beside itself
};

// A capture in progress: the graph that grows, and the streams that have joined.
struct Capture {
  unsigned mode = 0;
  std::thread::id thread;
  Graph graph;
  bool invalid = false;
  std::vector<StreamPtr> streams;  // the first is where it began
};

struct Stream {
  std::shared_ptr<Context> context;
  bool legacy = false;  // the default stream, ordered with every blocking stream of its context
  bool blocking = true;
  bool destroyed = false;  // only work that is still queued keeps it
  OpPtr last;
  std::shared_ptr<Capture> capture;
  std::vector<size_t> tail;  // while capturing: the nodes that the next one comes after
};

struct Event {
  std::shared_ptr<Context> context;
  bool timing = true;
  OpPtr op;                          // what was recorded last, or null
  std::shared_ptr<Capture> capture;  // recorded while capturing:
  std::vector<size_t> nodes;         // the nodes that it stands for
};

// Every function is called with the driver's lock held; bodies run without it. What cannot be done
// is thrown, as a CUresult.
class Engine {
 public:
  explicit Engine(uint64_t seed) : seed_(seed), random_(seed) {}

  // Queues work on a stream, or adds it to the graph that the stream captures and answers null.
  OpPtr submit(Lock&, const StreamPtr&, Work);
  void record(Lock&, Event&, const StreamPtr&);
  void wait(Lock&, const StreamPtr&, const Event&);

  // Runs queued work until the ops, or everything of a context, are done.
  void finish(Lock&, std::vector<OpPtr>);
  void finish(Lock&, const Context&);
  // Makes one step towards an op, so that a loop that polls comes to an end; true when it was done.
  bool poll(Lock&, const OpPtr&);

  void beginCapture(const StreamPtr&, unsigned mode);
  Graph endCapture(const StreamPtr&);
  // Before a call that no capture can hold: throws, and the capture is lost, when one forbids it.
  void unsafeForCapture(unsigned threadMode);
  bool forbidsLegacy(const Stream&) const;  // the default stream, while a blocking one is captured
  // Before a wait for a whole context, which no capture in it survives, whatever its mode.
  void uncaptured(const Context&);
  void launch(Lock&, GraphExec&, const StreamPtr&);

  bool pendingTouches(const HostRange&) const;
  void drop(const Context&);  // forgets the queued work of a context that ends
  size_t pending() const { return queue_.size(); }
  void reseed(uint64_t seed) { random_.seed(seed), seed_ = seed; }
  uint64_t seed() const { return seed_; }

 private:
  OpPtr queue(Lock&, const StreamPtr&, Work, std::vector<OpPtr> after);
  void legacyAllowed(const Stream&);
  bool step(Lock&, const std::set<OpPtr>* among);
  void run(Lock&, const OpPtr&);

  std::atomic<uint64_t> seed_;  // a running kernel asks for it too
  std::mt19937_64 random_;
  std::vector<OpPtr> queue_;  // not yet done, in the order of the calls
  std::vector<std::shared_ptr<Capture>> captures_;
  std::condition_variable changed_;
};

}  // namespace initium::soft
