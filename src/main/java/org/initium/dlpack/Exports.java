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

/** The structs that others hold, by their addresses, and the one function that ends them. */
@SuppressWarnings("restricted") // others call us
final class Exports {
  private static final System.Logger LOGGER = System.getLogger(Exports.class.getName());
  private static final Map<Long, Live> LIVE = new ConcurrentHashMap<>();
  private static final MemorySegment DELETER = deleter();

  /** The tensor is kept from the collector by being here. */
  private record Live(Tensor tensor, boolean owned, Arena arena) {}

  private Exports() {}

  private static MemorySegment deleter() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(Exports::tellLeaks));
      return Linker.nativeLinker()
          .upcallStub(
              MethodHandles.lookup()
                  .findStatic(
                      Exports.class,
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

  static long add(Tensor tensor, boolean owned, boolean versioned) {
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
    return address;
  }

  /** Called by native code, in any thread; an exception would end the process. */
  static void delete(MemorySegment struct) {
    try {
      remove(struct.address());
    } catch (Throwable e) {
      LOGGER.log(Level.ERROR, "a DLPack export could not be deleted", e);
    }
  }

  /** Whether it was there still. */
  static boolean remove(long address) {
    Live live = LIVE.remove(address);
    if (live == null) {
      return false;
    }
    live.arena.close();
    if (live.owned) {
      live.tensor.close();
    }
    return true;
  }

  static int count() {
    return LIVE.size();
  }
}
