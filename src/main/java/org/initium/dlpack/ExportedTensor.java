// SPDX-License-Identifier: Apache-2.0
package org.initium.dlpack;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.initium.Tensor;

/**
 * A struct that another library may take: the address of a {@code DLManagedTensorVersioned} or a
 * {@code DLManagedTensor}. Who takes it calls its deleter when done; {@link #close} is for when
 * nobody has taken it.
 *
 * @since 0.1.0
 */
@SuppressWarnings("restricted") // others call us
public final class ExportedTensor implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(ExportedTensor.class.getName());

  /** The structs that others hold, by their addresses. */
  private static final Map<Long, Live> LIVE = new ConcurrentHashMap<>();

  /** The one function that ends them. */
  private static final MemorySegment DELETER = deleter();

  /** The tensor is kept from the collector by being here. */
  private record Live(Tensor tensor, boolean owned, Arena arena) {}

  private final long address;

  private ExportedTensor(long address) {
    this.address = address;
  }

  /**
   * A new struct.
   *
   * @param owned whether its deleter closes the tensor
   */
  static ExportedTensor of(Tensor tensor, boolean owned, boolean versioned) {
    Arena arena = Arena.ofShared();
    DLPackStruct struct;
    try {
      struct = DLPackStruct.of(tensor, versioned, arena);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
    struct.setDeleter(DELETER);
    long address = struct.memory().address();
    LIVE.put(address, new Live(tensor, owned, arena));
    return new ExportedTensor(address);
  }

  private static MemorySegment deleter() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(ExportedTensor::tellLeaks));
      return Linker.nativeLinker()
          .upcallStub(
              MethodHandles.lookup()
                  .findStatic(
                      ExportedTensor.class,
                      "delete",
                      MethodType.methodType(void.class, MemorySegment.class)),
              FunctionDescriptor.ofVoid(ADDRESS),
              Arena.global());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static void tellLeaks() {
    if (!LIVE.isEmpty()) {
      LOGGER.log(
          Level.WARNING,
          LIVE.size()
              + " DLPack exports were never deleted by who took them: "
              + LIVE.values().stream().limit(8).map(Live::tensor).toList());
    }
  }

  /** Called by native code, in any thread; an exception would end the process. */
  private static void delete(MemorySegment struct) {
    try {
      delete(struct.address());
    } catch (Throwable e) {
      LOGGER.log(Level.ERROR, "a DLPack export could not be deleted", e);
    }
  }

  /** Does nothing where it is not there any more. */
  private static void delete(long address) {
    Live live = LIVE.remove(address);
    if (live != null) {
      live.arena.close();
      if (live.owned) {
        live.tensor.close();
      }
    }
  }

  static int live() {
    return LIVE.size();
  }

  /**
   * {@return the struct's address, for {@code PyCapsule_New}, {@code fromDLPack} and their like}
   */
  public long address() {
    return address;
  }

  /** Deletes a struct that nobody has taken; to be left out where it was handed on. */
  @Override
  public void close() {
    delete(address);
  }
}
