package org.initium.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Runs slow-to-compile code on a thread of its own until it beats the code that stands in. */
final class WarmUp {
  /**
   * Blocks computed by the stand-in before a thread is worth it: 1.3e8 elements. To compile takes
   * the work of about two seconds from a process; with 16 blocks here, the whole of GPT-2 124M took
   * 4.0 s on two cores, and 1.9 s by the stand-in alone.
   */
  private static final int PATIENCE = 1 << 16;

  /** What is timed at once. */
  private static final int BLOCKS = 8;

  private static final long GIVE_UP_NANOS = 60_000_000_000L;

  private final Supplier<Values> standIn;
  private final Supplier<Values> wanted;
  private final AtomicInteger blocks = new AtomicInteger();
  private volatile boolean done;

  /** Of code and its stand-in, each with arguments to try it with. */
  WarmUp(Supplier<Values> standIn, Supplier<Values> wanted) {
    this.standIn = standIn;
    this.wanted = wanted;
  }

  /** Whether the code is known to be faster than the stand-in; asked once a block. */
  boolean isDone() {
    if (!done && blocks.incrementAndGet() == PATIENCE) {
      Thread.ofPlatform().daemon().name("initium-warm-up").start(this::run);
    }
    return done;
  }

  /** The stand-in as long as the code is not faster, for arguments of the caller's. */
  Values choose(Values slow, Values fast) {
    return (first, count, block) -> (isDone() ? fast : slow).compute(first, count, block);
  }

  private void run() {
    Block block = new Block();
    Values slow = standIn.get();
    Values fast = wanted.get();
    long start = System.nanoTime();
    long toBeat = Long.MAX_VALUE;
    while (!done && System.nanoTime() - start < GIVE_UP_NANOS) {
      toBeat = Math.min(toBeat, time(slow, block));
      done = time(fast, block) < toBeat;
    }
  }

  private static long time(Values values, Block block) {
    long start = System.nanoTime();
    for (int i = 0; i < BLOCKS; i++) {
      values.compute((long) i * Block.SIZE, Block.SIZE, block);
    }
    return System.nanoTime() - start;
  }
}
