// Streams, events, capture and graphs: what is promised about order, and nothing more.
//
// Queued work is an Op. It knows which ops it comes after, so that a stream is no more than its last
// op, an event the op that it recorded, and a graph a list of ops to make. Nothing runs when it is
// queued. A call that waits runs what it waits for, and as little else as the seed decides, on the
// calling thread: a program that forgot to wait reads what was there before.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../finding.h"
#include "abi.h"

namespace initium::soft {

struct Context;
struct Stream;
using Lock = std::unique_lock<std::mutex>;
using Body = std::function<std::optional<Finding>()>;  // empty: a marker

// A range of pinned host memory that queued work reads or writes.
struct HostRange {
  std::uint64_t address = 0;
  std::size_t bytes = 0;
  bool overlaps(const HostRange& o) const {
    return address < o.address + o.bytes && o.address < address + bytes;
  }
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
  bool done() const { return state == State::Done; }
};
using OpPtr = std::shared_ptr<Op>;

struct Graph {
  struct Node {
    Work work;
    std::vector<std::size_t> after;
  };
  std::vector<Node> nodes;
};

struct GraphExec {
  Graph graph;
  OpPtr last;  // a graph does not run beside itself
};

// A capture in progress: the graph that grows, and the streams that have joined.
struct Capture {
  std::uint64_t id = 0;
  unsigned mode = 0;
  std::thread::id thread;
  Graph graph;
  bool invalid = false;
  std::vector<std::shared_ptr<Stream>> streams;  // the first is where it began
};

struct Stream {
  std::shared_ptr<Context> context;
  bool legacy = false;    // the default stream, ordered with every blocking stream of its context
  bool blocking = true;
  int priority = 0;
  bool destroyed = false;  // only work that is still queued keeps it
  OpPtr last;
  std::shared_ptr<Capture> capture;
  std::vector<std::size_t> tail;  // while capturing: the nodes that the next one comes after
};

struct Event {
  std::shared_ptr<Context> context;
  bool timing = true;
  OpPtr op;                          // what was recorded last, or null
  std::shared_ptr<Capture> capture;  // recorded while capturing:
  std::vector<std::size_t> nodes;    // the nodes that it stands for
};

// Every function is called with the driver's lock held; bodies run without it.
class Engine {
 public:
  explicit Engine(std::uint64_t seed) : seed_(seed), random_(seed) {}

  // Queues work on a stream, or adds it to the graph that the stream captures.
  CUresult submit(Lock&, const std::shared_ptr<Stream>&, Work, OpPtr* op = nullptr);
  CUresult record(Lock&, Event&, const std::shared_ptr<Stream>&);
  CUresult wait(Lock&, const std::shared_ptr<Stream>&, const Event&);

  // Runs queued work until the ops, or everything of a context, are done.
  void finish(Lock&, std::vector<OpPtr>);
  void finish(Lock&, const Context&);
  // Makes one step towards an op, so that a loop that polls comes to an end.
  bool poll(Lock&, const OpPtr&);

  CUresult beginCapture(const std::shared_ptr<Stream>&, unsigned mode);
  CUresult endCapture(const std::shared_ptr<Stream>&, Graph&);
  // A call that no capture can hold: answers an error, and the capture is lost, when one forbids it.
  CUresult unsafeForCapture(unsigned threadMode);
  CUresult launch(Lock&, GraphExec&, const std::shared_ptr<Stream>&);

  bool pendingTouches(const HostRange&) const;
  void drop(const Context&);  // forgets the queued work of a context that ends
  std::size_t pending() const { return queue_.size(); }
  void reseed(std::uint64_t seed) { random_.seed(seed), seed_ = seed; }
  std::uint64_t seed() const { return seed_; }

 private:
  OpPtr queue(Lock&, const std::shared_ptr<Stream>&, Work, std::vector<OpPtr> after);
  CUresult legacyAllowed(const Stream&);
  bool step(Lock&, const std::vector<OpPtr>& among);
  void run(Lock&, const OpPtr&);

  std::atomic<std::uint64_t> seed_;  // a running kernel asks for it too
  std::mt19937_64 random_;
  std::vector<OpPtr> queue_;  // not yet done, in the order of the calls: every op after those it waits for
  std::vector<std::shared_ptr<Capture>> captures_;
  std::uint64_t captureIds_ = 0;
  std::condition_variable changed_;
};

}  // namespace initium::soft
