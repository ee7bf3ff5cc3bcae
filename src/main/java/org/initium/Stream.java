// SPDX-License-Identifier: Apache-2.0
package org.initium;

/**
 * A queue of work on one device. Work on one stream runs in order; work on two streams runs in any
 * order unless an {@link Event} orders it. The CPU's stream is done with each call when it returns.
 *
 * @since 0.1.0
 */
public interface Stream extends AutoCloseable {
  /**
   * {@return someone else's stream, which fills are then queued on in order with what its owner
   * queues}
   *
   * {@snippet :
   * try (Stream stream = Stream.wrap(Device.CPU, 0)) {
   *   weight.fill(Init.normal(), generator, stream);
   *   stream.synchronize();
   * }
   * }
   *
   * @param device the device of the stream
   * @param handle the native handle: a {@code CUstream} or {@code cudaStream_t} of that device, 0
   *     for its default stream and for the CPU. The owner keeps it open while it is used here, and
   *     {@link #close} leaves it alone.
   * @throws DeviceUnavailableException if there is no such device
   * @throws IllegalArgumentException if the handle is not 0 and the device has no streams
   */
  static Stream wrap(Device device, long handle) {
    return Backend.of(device).wrapStream(device, handle);
  }

  /**
   * {@return the CPU's stream with a limit, which needs no closing} A fill on it is shared by at
   * most so many threads, the caller among them, and never by more than the system property {@code
   * initium.threads} allows. For tasks that run side by side in a process: eight of them on eight
   * cores take a thread each, as {@code tensor.fill(init, generator, Stream.cpu(1))}. The bits do
   * not depend on it.
   *
   * {@snippet :
   * try (Stream stream = Stream.cpu(1)) {
   *   weight.fill(Init.normal(), generator, stream);
   *   stream.synchronize();
   * }
   * }
   *
   * @param threads 1 or more
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  static Stream cpu(int threads) {
    return Backend.of(Device.CPU).newStream(Device.CPU, threads);
  }

  /** {@return the device whose work this orders} */
  Device device();

  /**
   * {@return the native handle (a {@code cudaStream_t}), 0 for the default stream and for the CPU}
   */
  long handle();

  /** Waits until all work queued so far is done, and throws what went wrong in it. */
  void synchronize();

  /**
   * {@return an event at this point of the queue, done when all work before it is} Work on other
   * streams of the device can wait for it.
   */
  Event record();

  /**
   * Makes later work on this stream wait for the event.
   *
   * @param event a point of another stream of the same device
   */
  void await(Event event);

  /** Releases an own stream after its work is done; a wrapped one is left alone. */
  @Override
  void close();

  /** A point in a stream's queue. */
  interface Event extends AutoCloseable {
    /** {@return whether all work before the point is done} */
    boolean isDone();

    /** Waits for the point, and throws what went wrong before it. */
    void synchronize();

    /** Releases the event; a second call does nothing. */
    @Override
    void close();
  }
}
