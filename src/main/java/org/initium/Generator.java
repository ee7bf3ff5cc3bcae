package org.initium;

/**
 * A source of random words with a position in it. A fill takes words from the position and moves
 * it. A generator is not shared by threads that fill at the same time: {@link #fork} one each.
 */
public sealed interface Generator permits PhiloxGenerator, TorchCpuGenerator {
  /** The default generator, Philox4x32-10 as NVIDIA's cuRAND host API lays it out, at offset 0. */
  static PhiloxGenerator philox(long seed) {
    return new PhiloxGenerator(seed, 0);
  }

  /** Philox4x32-10 from word {@code offset} on. */
  static PhiloxGenerator philox(long seed, long offset) {
    return new PhiloxGenerator(seed, offset);
  }

  /** PyTorch's generator of the CPU after {@code torch.manual_seed(seed)}. */
  static TorchCpuGenerator torchCpu(long seed) {
    return new TorchCpuGenerator(seed);
  }

  /** The seed. */
  long seed();

  /**
   * A generator of the same kind with a seed that depends on this one's seed and the name alone.
   */
  Generator fork(String name);

  /** A generator in the same state, which moves on its own. */
  Generator copy();
}
