package org.initium.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.initium.DType;

/** Runs slow-to-compile code on a thread of its own until it beats the code that stands in. */
final class WarmUp {
  /** What is timed at once. */
  private static final int BLOCKS = 8;

  /** Through a block, and straight into memory. */
  private static final DType[] WAYS = {DType.F16, DType.F32, DType.BF16};

  private static final long GIVE_UP_NANOS = 60_000_000_000L;

  private final Engine standIn;
  private final Supplier<Engine> wanted;
  private final Function<Engine, Values> trial;
  private final int patience;
  private final AtomicInteger blocks = new AtomicInteger();
  private volatile boolean done;

  /**
   * Of an engine and its stand-in.
   *
   * @param wanted asked for when there is enough to do
   * @param trial what they are compared by
   * @param patience blocks computed by the stand-in before a thread is worth it
   */
  WarmUp(Engine standIn, Supplier<Engine> wanted, Function<Engine, Values> trial, int patience) {
    this.standIn = standIn;
    this.wanted = wanted;
    this.trial = trial;
    this.patience = patience;
  }

  /** The stand-in as long as the other is not known to be faster; asked once a block. */
  Engine engine() {
    if (!done && blocks.incrementAndGet() == patience) {
      Thread.ofPlatform().daemon().name("initium-warm-up").start(this::run);
    }
    return done ? wanted.get() : standIn;
  }

  /** The values that {@link #engine} computes. */
  Values values(Function<Engine, Values> law) {
    return new Chosen(law);
  }

  private final class Chosen implements Values {
    private final Function<Engine, Values> law;
    private final Values slow;
    private volatile Values fast;

    Chosen(Function<Engine, Values> law) {
      this.law = law;
      this.slow = law.apply(standIn);
    }

    private Values now() {
      Engine engine = engine();
      if (engine == standIn) {
        return slow;
      }
      if (fast == null) {
        fast = law.apply(engine);
      }
      return fast;
    }

    @Override
    public int compute(long first, int count, Block block) {
      return now().compute(first, count, block);
    }

    @Override
    public boolean store(long first, int count, Block block, DType dtype, long address) {
      return done && now().store(first, count, block, dtype, address);
    }
  }

  private void run() {
    Engine engine = wanted.get();
    if (engine == standIn) {
      return;
    }
    Block block = new Block();
    Values slow = trial.apply(standIn);
    Values fast = trial.apply(engine);
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
      for (DType dtype : WAYS) {
        if (!values.store(0, Block.SIZE, block, dtype, block.memory.address())) {
          values.compute(0, Block.SIZE, block);
        }
      }
    }
    return System.nanoTime() - start;
  }
}
