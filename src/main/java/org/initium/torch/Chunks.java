package org.initium.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.initium.DType;

/**
 * Chunks whose words are drawn one after the other by the caller, and whose values are made by
 * other threads while it goes on to the next; by itself when all others are at work.
 *
 * <p>To close it is to wait: what the chunks are written to may not go before the last is.
 */
final class Chunks implements AutoCloseable {
  private final Semaphore idle;
  private final int size;
  private final DType dtype;
  private final ConcurrentLinkedQueue<Scratch> free = new ConcurrentLinkedQueue<>();
  private final List<CompletableFuture<Void>> running = new ArrayList<>();

  /**
   * @param threads how many make values, the caller among them
   * @param size elements of a chunk at most
   * @param dtype their type
   */
  Chunks(int threads, int size, DType dtype) {
    this.idle = new Semaphore(threads - 1);
    this.size = size;
    this.dtype = dtype;
  }

  /** Memory for the next chunk, until its work is done. */
  Scratch scratch() {
    Scratch scratch = free.poll();
    return scratch == null ? new Scratch(size, dtype) : scratch;
  }

  /** Does the work on a chunk whose words are drawn, now or before {@link #close} returns. */
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
  @Override
  public void close() {
    try {
      CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
