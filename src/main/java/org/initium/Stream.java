package org.initium;

/**
 * A queue of work on one device. Work on one stream runs in order; work on two streams runs in any
 * order unless an {@link Event} orders it. The CPU's stream is done with each call when it returns.
 */
public interface Stream extends AutoCloseable {
  /** The device whose work this orders. */
  Device device();

  /** The native handle (a {@code cudaStream_t}), 0 for the default stream and for the CPU. */
  long handle();

  /** Waits until all work queued so far is done, and throws what went wrong in it. */
  void synchronize();

  /** Marks this point of the queue. */
  Event record();

  /** Makes later work on this stream wait for the event. */
  void await(Event event);

  /** Releases an own stream after its work is done; a wrapped one is left alone. */
  @Override
  void close();
}
