// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Keeps work on one thread of the operating system from its first call to its last, since a CUDA
 * context is current on such a thread. A virtual thread that blocks may go on on another one; so
 * its work is done by a platform thread, and it waits. Whoever needs a lock takes it there: a
 * virtual thread that held one here could keep all platform threads waiting.
 */
public final class OsThread {
  /** More virtual threads than that wait for one another. */
  private static final int MOST = 256;

  private static final long IDLE_SECONDS = 10;

  private static final ScopedValue<Thread> CALLER = ScopedValue.newInstance();
  private static final Semaphore FREE = new Semaphore(MOST);
  private static final ExecutorService THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("initium-cuda-", 0).factory());

  private OsThread() {}

  /** Who asked for the work that the calling thread does: it itself, or a virtual thread. */
  public static Thread caller() {
    return CALLER.isBound() ? CALLER.get() : Thread.currentThread();
  }

  public static void run(Runnable work) {
    call(
        () -> {
          work.run();
          return null;
        });
  }

  public static <T> T call(Supplier<T> work) {
    Thread caller = Thread.currentThread();
    if (!caller.isVirtual()) {
      return work.get();
    }
    FREE.acquireUninterruptibly();
    try {
      return CompletableFuture.supplyAsync(
              () -> ScopedValue.where(CALLER, caller).call(work::get), THREADS)
          .join();
    } catch (CompletionException e) {
      throw unwrapped(e.getCause(), caller);
    } finally {
      FREE.release();
    }
  }

  /** What went wrong there, with the frames that led there from here. */
  private static RuntimeException unwrapped(Throwable failure, Thread caller) {
    failure.setStackTrace(
        Stream.of(failure.getStackTrace(), caller.getStackTrace())
            .flatMap(Stream::of)
            .toArray(StackTraceElement[]::new));
    switch (failure) {
      case Error error -> throw error;
      case RuntimeException exception -> throw exception;
      default -> throw new AssertionError(failure); // suppliers throw nothing else
    }
  }

  /**
   * A segment that its owner's work may use wherever it is done: one that is confined to a virtual
   * thread, which waits and so cannot close it.
   */
  @SuppressWarnings("restricted") // the same memory, which stays alive
  public static MemorySegment reachable(MemorySegment segment) {
    if (!Thread.currentThread().isVirtual() || segment.isAccessibleBy(ANOTHER)) {
      return segment;
    }
    MemorySegment same = MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
    return segment.isReadOnly() ? same.asReadOnly() : same;
  }

  private static final Thread ANOTHER = Thread.ofPlatform().unstarted(() -> {});
}
