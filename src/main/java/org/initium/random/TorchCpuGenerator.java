// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import org.initium.text.ArgumentChecks;

/**
 * PyTorch's generator of the CPU: fills give the very numbers that {@code torch.manual_seed(seed)}
 * and the same calls of {@code torch.nn.init} give on PyTorch's CPU.
 *
 * <p>Its state is an MT19937, of which PyTorch uses the seed's lower 32 bits, and the second half
 * of a pair of normals that a draw of one value leaves behind. It is serial: the numbers of a
 * tensor depend on all tensors that were filled before it, and on whether its memory is contiguous.
 *
 * @since 0.1.0
 */
public final class TorchCpuGenerator implements Generator {
  private static final long serialVersionUID = 1;

  private final long seed;
  private final TorchVersion version;
  private final transient Mt19937 twister;
  private double cachedNormal; // NaN where there is none

  private TorchCpuGenerator(long seed, TorchVersion version, Mt19937 twister, double cachedNormal) {
    this.seed = seed;
    this.version = version;
    this.twister = twister;
    this.cachedNormal = cachedNormal;
  }

  TorchCpuGenerator(long seed, TorchVersion version) {
    this(seed, version, Mt19937.seeded((int) seed), Double.NaN);
  }

  /** {@return the version of PyTorch whose numbers it gives} */
  public TorchVersion version() {
    return version;
  }

  /**
   * This generator with the numbers of another version: the words and the state are the same.
   *
   * @param other the version of PyTorch
   * @return a generator in the same state, which moves on its own
   */
  public TorchCpuGenerator as(TorchVersion other) {
    return new TorchCpuGenerator(seed, other, twister.copy(), cachedNormal);
  }

  /**
   * PyTorch's generator where one of PyTorch's is: goes on with the numbers that PyTorch itself
   * would give next.
   *
   * {@snippet :
   * byte[] state = Generator.torchCpu(42).state(); // or torch.get_rng_state()
   * weight.fill(Init.normal(), TorchCpuGenerator.ofState(state));
   * }
   *
   * @param bytes what {@code torch.get_rng_state()} or {@code Generator.get_state()} gives: 5056
   * @return a generator that draws what PyTorch's would
   * @throws IllegalArgumentException if they are no such state, saying why
   */
  public static TorchCpuGenerator ofState(byte[] bytes) {
    TorchState state = TorchState.parse(bytes);
    Mt19937 twister = Mt19937.of(state.block());
    return new TorchCpuGenerator(state.seed(), TorchVersion.FROM_2_13, twister, state.normal());
  }

  /**
   * This generator's state in PyTorch's form, which {@code torch.set_rng_state} takes: PyTorch then
   * goes on where this is.
   *
   * @return 5056 bytes
   */
  public byte[] state() {
    return new TorchState(seed, twister.block(), cachedNormal).bytes();
  }

  @Override
  public long seed() {
    return seed;
  }

  /** {@return the next two words, the first in the upper half} */
  public long nextLong() {
    long upper = twister.next();
    return upper << 32 | twister.next() & 0xffffffffL;
  }

  /**
   * Puts the next words at the start of a segment, in the order of this machine's bytes.
   *
   * @param target at least 4 bytes for each word
   * @param count how many
   */
  public void nextInts(MemorySegment target, long count) {
    twister.next(target, count);
  }

  /**
   * Lets a backend's code make the words that this generator and its later copies draw.
   *
   * @param words what makes them, the same as {@link Twister#reference} would
   */
  public void use(Twister words) {
    twister.use(words);
  }

  /**
   * Moves past the next words. It costs next to nothing until a word behind them is asked for, and
   * then those words are not made that a copy of this generator has made not long ago.
   */
  @Override
  public void advance(long words) {
    ArgumentChecks.that(words >= 0, "words", words, "0 or more");
    twister.skip(words);
  }

  /** How many words this generator and its copies have made, those that nobody asked for too. */
  long wordsMade() {
    return twister.made();
  }

  /**
   * {@return the standard normal that the last draw of one value left behind, once} NaN if there is
   * none.
   */
  public double takeNormal() {
    double taken = cachedNormal;
    cachedNormal = Double.NaN;
    return taken;
  }

  /**
   * Leaves a standard normal behind for the next draw of one value.
   *
   * @param value the other value of the pair
   */
  public void cacheNormal(double value) {
    cachedNormal = value;
  }

  @Override
  public TorchCpuGenerator withSeed(long other) {
    return new TorchCpuGenerator(other, version);
  }

  @Override
  public TorchCpuGenerator copy() {
    return new TorchCpuGenerator(seed, version, twister.copy(), cachedNormal);
  }

  private record Sent(byte[] state, TorchVersion version) implements Serializable {
    private Object readResolve() {
      return ofState(state).as(version);
    }
  }

  private Object writeReplace() {
    return new Sent(state(), version);
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a generator is serialized as its state");
  }

  @Override
  public String toString() {
    String of = version == TorchVersion.FROM_2_13 ? "" : "version=" + version + ", ";
    return "torch-cpu(" + of + "seed=" + Long.toUnsignedString(seed) + ")";
  }
}
