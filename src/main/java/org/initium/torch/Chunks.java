package org.initium.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Chunks whose words are drawn one after the other by the caller, and whose values are made by
 * other threads while it goes on to the next; by itself when all others are at work.
 */
final class Chunks {
  private final Semaphore idle;
  private final ConcurrentLinkedQueue<Scratch> free = new ConcurrentLinkedQueue<>();
  private final List<CompletableFuture<Void>> running = new ArrayList<>();

  Chunks(int threads) {
    idle = new Semaphore(threads - 1);
  }

  /** Memory for the next chunk, until its work is done. */
  Scratch scratch() {
    Scratch scratch = free.poll();
    return scratch == null ? new Scratch() : scratch;
  }

  /** Does the work on a chunk whose words are drawn, now or before {@link #finish} returns. */
  void work(Scratch scratch, Consumer<Scratch> work) {
    if (!idle.tryAcquire()) {
      work.accept(scratch);
      free.add(scratch);
      return;
    }
    running.removeIf(done -> done.isDone() && !done.isCompletedExceptionally());
    running.add(
        CompletableFuture.runAsync(
            () -> {
              try {
                work.accept(scratch);
              } finally {
                free.add(scratch);
                idle.release();
              }
            },
            ForkJoinPool.commonPool()));
  }

  /** Waits for all work, and throws what went wrong in it. */
  void finish() {
    try {
      CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      running.clear();
    }
  }
}
