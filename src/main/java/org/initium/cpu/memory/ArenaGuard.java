// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Keeps someone else's arena from being closed while work is done on bare addresses in it. Java has
 * no call for that; but a native function that is given a segment holds the segment's arena until
 * it returns. The function is C's {@code bsearch} for the segment in itself, and the work is done
 * by the comparison that it calls.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class ArenaGuard {
  /** Keeps what the work threw: nothing may be thrown through a native frame. */
  private static final ThreadLocal<FutureTask<?>> WORK = new ThreadLocal<>();

  /** Linked at the first segment of an arena that another thread could close. */
  private static final class Native {
    static final MethodHandle BSEARCH;
    static final MemorySegment COMPARE;

    static {
      Linker linker = Linker.nativeLinker();
      BSEARCH =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("bsearch"),
              FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));
      try {
        COMPARE =
            linker.upcallStub(
                MethodHandles.lookup()
                    .findStatic(
                        ArenaGuard.class,
                        "compare",
                        MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class)),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS),
                Arena.global());
      } catch (ReflectiveOperationException e) {
        throw new AssertionError("the method is below", e);
      }
    }
  }

  private ArenaGuard() {}

  private static int compare(MemorySegment key, MemorySegment element) {
    WORK.get().run();
    return 0;
  }

  /**
   * Does work while the segment's arena cannot be closed: whoever tries is told that it is in use.
   *
   * @throws IllegalStateException if the arena is closed
   */
  static void during(MemorySegment memory, Runnable task) {
    FutureTask<?> work = new FutureTask<>(task, null);
    WORK.set(work);
    try {
      MemorySegment _ =
          (MemorySegment) Native.BSEARCH.invokeExact(memory, memory, 1L, 1L, Native.COMPARE);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("the C library throws nothing", e);
    } finally {
      WORK.remove();
    }
    if (work.state() == Future.State.FAILED) {
      switch (work.exceptionNow()) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new AssertionError("a Runnable throws nothing else", e);
      }
    }
  }
}
