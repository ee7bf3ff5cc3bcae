// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Keeps someone else's arena from being closed while work is done on bare addresses in it. Java has
 * no call for that; but a native function that is given a segment holds the segment's arena until
 * it returns. The function is one of Java's that native code could call, where the work is done.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class ArenaGuard {
  /** Keeps what the work threw: nothing may be thrown through a native frame. */
  private static final ThreadLocal<FutureTask<?>> WORK = new ThreadLocal<>();

  private static final MethodHandle RUN;

  static {
    FunctionDescriptor form = FunctionDescriptor.ofVoid(ADDRESS);
    Linker linker = Linker.nativeLinker();
    try {
      MethodHandle run =
          MethodHandles.lookup().findStatic(ArenaGuard.class, "run", form.toMethodType());
      RUN = linker.downcallHandle(linker.upcallStub(run, form, Arena.global()), form);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("the method is below", e);
    }
  }

  private ArenaGuard() {}

  private static void run(MemorySegment held) {
    WORK.get().run();
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
      RUN.invokeExact(memory);
      if (work.state() == Future.State.FAILED) {
        throw work.exceptionNow();
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("neither the call nor a Runnable throws another", e);
    } finally {
      WORK.remove();
    }
  }
}
