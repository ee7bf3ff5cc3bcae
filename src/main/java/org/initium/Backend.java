// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.initium.random.Generator;
import org.initium.text.Text;

/**
 * A kind of device: how its memory is had and how a {@link Fill} is computed there. Found with
 * {@link java.util.ServiceLoader}; a new backend is a new package and one service line. Safe for
 * use by many threads.
 *
 * @since 0.1.0
 */
public interface Backend {
  /** {@return the name that {@link Device#type} gives} {@code cpu}, {@code cuda}. */
  String type();

  /**
   * {@return the devices that are there; at least one}
   *
   * @throws DeviceUnavailableException if there is none, saying what was looked for
   */
  List<DeviceInfo> devices();

  /**
   * {@return memory of its own, not initialized, aligned for any dtype, which the caller closes}
   *
   * @param device where, of this backend's type
   * @param bytes how many, 0 or more
   * @throws OutOfMemoryException if there is not so much
   */
  Storage allocate(Device device, long bytes);

  /**
   * {@return memory of the host that copies to and from the device run fastest with, and
   * asynchronously} Page-locked for a GPU, plain for the CPU; with a segment; the caller closes it.
   *
   * @param device the device that copies to and from it
   * @param bytes how many, 0 or more
   * @throws OutOfMemoryException if there is not so much
   */
  default Storage allocateHost(Device device, long bytes) {
    return Backend.of(Device.CPU).allocate(Device.CPU, bytes);
  }

  /**
   * {@return memory of someone else's, by its address in the device's address space; never freed
   * here}
   *
   * @param device the device, of this backend's type
   * @param address the first byte
   * @param bytes how many, 0 or more
   * @throws IllegalArgumentException if the address is 0 and bytes are not, or bytes are negative,
   *     or the device cannot reach memory at that address
   */
  Storage wrap(Device device, long address, long bytes);

  /**
   * {@return memory of someone else's that the host sees} It is kept as long as the storage, and
   * never freed here.
   *
   * @param memory native memory
   * @throws IllegalArgumentException if the segment is on the heap or read-only
   * @throws IllegalStateException if its arena is closed, or another thread's
   * @throws UnsupportedOperationException if this backend's devices are not the host
   */
  default Storage wrap(MemorySegment memory) {
    throw new UnsupportedOperationException(
        "a segment is memory of the host; wrap memory of " + type() + " by its address");
  }

  /**
   * {@return the device's default stream; close does nothing}
   *
   * @param device the device, of this backend's type
   */
  Stream defaultStream(Device device);

  /**
   * {@return a stream of its own, which the caller closes}
   *
   * @param device the device, of this backend's type
   */
  Stream newStream(Device device);

  /**
   * {@return where a direct buffer's memory begins, whatever its position}
   *
   * <p>{@code MemorySegment.ofBuffer} tells it too, whose classes a process's first call waits for.
   * An address holds nothing: who fills by it keeps the buffer, and the arena of its memory open.
   *
   * @param buffer a direct buffer
   * @throws IllegalArgumentException if it is on the heap
   */
  default long address(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException(
          "a buffer on the heap has no address; ByteBuffer.allocateDirect makes one that has");
    }
    return MemorySegment.ofBuffer(buffer.duplicate().clear()).address();
  }

  /**
   * {@return a stream whose fills are each shared by at most so many threads of the host}
   *
   * @param device the device, of this backend's type
   * @param threads 1 or more
   * @throws UnsupportedOperationException if it is not the host's threads that fill
   */
  default Stream newStream(Device device, int threads) {
    throw new UnsupportedOperationException("no threads of the host fill " + device);
  }

  /**
   * {@return someone else's stream by its native handle; close leaves it alone}
   *
   * @param device the device, of this backend's type
   * @param handle a {@code CUstream} or {@code cudaStream_t} of that device; 0 for its default
   *     stream
   */
  Stream wrapStream(Device device, long handle);

  /**
   * Queues a fill of the tensor and moves the generator on. Arguments were checked by {@link
   * Tensor#fill}: the tensor is on this backend and open, the fill fits the shape of the whole. The
   * whole has an element; the region at hand may have none, and then only the generator moves.
   *
   * @param tensor what is filled, a region of a whole perhaps
   * @param fill the law
   * @param generator what it draws from, moved past the words of the whole
   * @param stream a stream of the tensor's device
   * @throws IllegalArgumentException if this backend cannot do such a fill; the generator has not
   *     moved, as it may have with any other exception
   */
  void fill(Tensor tensor, Fill.Elementary fill, Generator generator, Stream stream);

  /** Takes fills one after the other. */
  interface Queue extends AutoCloseable {
    /**
     * As {@link Backend#fill}; it is queued now, or when this is closed.
     *
     * @param tensor what is filled
     * @param fill the law
     * @param generator what it draws from, moved past the words of the whole
     */
    void fill(Tensor tensor, Fill.Elementary fill, Generator generator);

    /**
     * Runs what queues fills that each write other elements of a tensor than the others do, so that
     * their order cannot be seen.
     *
     * @param tensor what they write
     * @param fills calls of {@link #fill} on that tensor's device
     */
    default void apart(Tensor tensor, Runnable fills) {
      fills.run();
    }

    /** Queues what is not queued yet. */
    @Override
    default void close() {}
  }

  /**
   * {@return a queue of fills that the backend may join where nobody can tell that from one after
   * the other} Their memory stays alive until the caller closes it.
   *
   * @param stream where the fills run
   */
  default Queue queue(Stream stream) {
    return (tensor, fill, generator) -> fill(tensor, fill, generator, stream);
  }

  /**
   * Queues a copy of the storage's bytes to the host, which is valid once the stream is done.
   *
   * @param source memory of this backend
   * @param offset the first byte of it
   * @param target memory of the host, of as many bytes as are copied
   * @param stream a stream of the storage's device
   */
  void copyToHost(Storage source, long offset, MemorySegment target, Stream stream);

  /**
   * Queues a copy of bytes of the host into the storage.
   *
   * @param source memory of the host, all of which is copied
   * @param target memory of this backend
   * @param offset the first byte of it
   * @param stream a stream of the storage's device
   */
  void copyFromHost(MemorySegment source, Storage target, long offset, Stream stream);

  /**
   * Gives back the memory of closed tensors, which is kept for the next ones: for another engine of
   * this process, or another process, that needs it. Waits for the work that still uses some.
   */
  default void trim() {}

  /**
   * Gives back what it keeps for speed between one use and the next. No tensor or stream of its
   * devices may be open; the next use starts anew.
   */
  default void giveBack() {}

  /** The same of each backend that was used: the last thing that a program does. */
  static void giveBackAll() {
    Registry.loaded().forEach(Backend::giveBack);
  }

  /**
   * What a backend knows of a device.
   *
   * @param device its address
   * @param name the model, as the vendor writes it
   * @param memoryBytes its memory
   * @param details one line: SIMD provider and threads, or compute capability, driver and libraries
   */
  record DeviceInfo(Device device, String name, long memoryBytes, String details) {}

  /**
   * {@return the backends on the class path, in the order of their names}
   *
   * @throws IllegalArgumentException if a system property that one of them reads has a wrong value
   */
  static List<Backend> all() {
    return List.copyOf(Registry.all().values());
  }

  /**
   * {@return the backend of a device}
   *
   * @param device any device
   * @throws DeviceUnavailableException if none has that type
   * @throws IllegalArgumentException if a system property that a backend reads has a wrong value
   */
  static Backend of(Device device) {
    Backend backend = Registry.of(device.type());
    if (backend == null) {
      throw new DeviceUnavailableException(
          Text.message(
              "no backend for device %s; there are %s",
              device, String.join(", ", Registry.all().keySet())));
    }
    return backend;
  }
}

/**
 * What there is, as far as somebody has asked for it: a program that fills the CPU's memory waits
 * for no other backend.
 */
final class Registry {
  private static final Map<String, Backend> FOUND = new ConcurrentHashMap<>();

  private Registry() {}

  /** The backend of that type, or null. */
  static Backend of(String type) {
    Backend found = FOUND.get(type);
    return found != null ? found : find(type);
  }

  /** All that there are, by their types. */
  static Map<String, Backend> all() {
    find(null);
    return new TreeMap<>(FOUND);
  }

  /** Those that there are by now. */
  static Collection<Backend> loaded() {
    return FOUND.values();
  }

  /** One that fails, on a wrong option, is made again by the next who asks. */
  private static synchronized Backend find(String type) {
    if (Device.CPU.type().equals(type) && !FOUND.containsKey(type)) {
      host();
    }
    if (type != null && FOUND.containsKey(type)) {
      return FOUND.get(type);
    }
    try {
      ServiceLoader<Backend> services =
          ServiceLoader.load(Backend.class, Backend.class.getClassLoader());
      Iterator<Provider<Backend>> rest = services.stream().iterator();
      while ((type == null || !FOUND.containsKey(type)) && rest.hasNext()) { // in that order
        add(rest.next());
      }
    } catch (ServiceConfigurationError e) {
      throw reason(e.getCause(), e);
    }
    return type == null ? null : FOUND.get(type);
  }

  private static void add(Provider<Backend> provider) {
    for (Backend known : FOUND.values()) {
      if (known.getClass() == provider.type()) {
        return;
      }
    }
    Backend backend = provider.get();
    FOUND.putIfAbsent(backend.type(), backend);
  }

  /** The CPU's, if it is there, by its name: to look for services takes a start 5 ms. */
  private static void host() {
    try {
      Class<?> type = Class.forName("org.initium.cpu.CpuBackend");
      Backend backend = (Backend) type.getConstructor().newInstance();
      FOUND.put(Device.CPU.type(), backend);
    } catch (InvocationTargetException e) {
      throw reason(e.getCause(), new AssertionError(e));
    } catch (ReflectiveOperationException e) {
      // A service may have that type.
    }
  }

  /** What a backend throws where a property has a wrong value, or it can have no memory. */
  private static RuntimeException reason(Throwable cause, Error other) {
    if (cause instanceof IllegalArgumentException || cause instanceof InitiumException) {
      return (RuntimeException) cause;
    }
    throw other;
  }
}
