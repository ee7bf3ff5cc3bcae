package org.initium;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A kind of device: how its memory is had and how a {@link Fill} is computed there. Found with
 * {@link java.util.ServiceLoader}; a new backend is a new package and one service line. Safe for
 * use by many threads.
 */
public interface Backend {
  /** The name that {@link Device#type} gives: {@code cpu}, {@code cuda}. */
  String type();

  /**
   * The devices that are there; at least one.
   *
   * @throws DeviceUnavailableException if there is none, saying what was looked for
   */
  List<DeviceInfo> devices();

  /**
   * Memory of its own, not initialised, aligned for any dtype.
   *
   * @throws OutOfMemoryException if there is not so much
   */
  Storage allocate(Device device, long bytes);

  /**
   * Memory of the host that copies to and from the device run fastest with, and asynchronously:
   * page-locked for a GPU, plain for the CPU.
   *
   * @throws OutOfMemoryException if there is not so much
   */
  default Storage allocateHost(Device device, long bytes) {
    return Backends.of(Device.CPU).allocate(Device.CPU, bytes);
  }

  /**
   * Memory of someone else's, by its address in the device's address space; never freed here.
   *
   * @throws IllegalArgumentException if the address is 0 and bytes are not, or bytes are negative
   */
  Storage wrap(Device device, long address, long bytes);

  /** The device's default stream; close does nothing. */
  Stream defaultStream(Device device);

  /** A stream of its own. */
  Stream newStream(Device device);

  /** Someone else's stream by its native handle; close does nothing. */
  Stream wrapStream(Device device, long handle);

  /**
   * Queues a fill of the tensor and moves the generator on. Arguments were checked by {@link
   * Tensor#fill}: the tensor is on this backend and open, the fill fits the shape of the whole. The
   * whole has an element; the region at hand may have none, and then only the generator moves.
   *
   * @throws IllegalArgumentException if this backend cannot do such a fill; the generator has not
   *     moved, as it may have with any other exception
   */
  void fill(Tensor tensor, Fill.Elementary fill, Generator generator, Stream stream);

  /** Takes fills one after the other. */
  interface Queue extends AutoCloseable {
    /** As {@link Backend#fill}; it is queued now, or when this is closed. */
    void fill(Tensor tensor, Fill.Elementary fill, Generator generator);

    /** Queues what is not queued yet. */
    @Override
    default void close() {}
  }

  /**
   * A queue of fills that the backend may join where nobody can tell that from one after the other.
   * Their memory stays alive until it is closed.
   */
  default Queue queue(Stream stream) {
    return (tensor, fill, generator) -> fill(tensor, fill, generator, stream);
  }

  /** Queues a copy of the storage's bytes to the host, which is valid once the stream is done. */
  void copyToHost(Storage source, long offset, MemorySegment target, Stream stream);

  /** Queues a copy of bytes of the host into the storage. */
  void copyFromHost(MemorySegment source, Storage target, long offset, Stream stream);
}
