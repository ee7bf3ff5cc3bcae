// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import org.initium.random.twister.TorchState;
import org.initium.random.twister.TwisterEngine;
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
  private final transient TwisterEngine engine;

  private TorchCpuGenerator(long seed, TorchVersion version, TwisterEngine engine) {
    this.seed = seed;
    this.version = version;
    this.engine = engine;
  }

  TorchCpuGenerator(long seed, TorchVersion version) {
    this(seed, version, TwisterEngine.seeded(seed));
  }

  /**
   * {@return what fills draw by} No part of the interface: its type is not exported.
   *
   * @hidden
   */
  @SuppressWarnings("exports")
  public TwisterEngine engine() {
    return engine;
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
    return new TorchCpuGenerator(seed, other, engine.copy());
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
    return new TorchCpuGenerator(state.seed(), TorchVersion.FROM_2_13, TwisterEngine.of(state));
  }

  /**
   * This generator's state in PyTorch's form, which {@code torch.set_rng_state} takes: PyTorch then
   * goes on where this is.
   *
   * @return 5056 bytes
   */
  public byte[] state() {
    return engine.state(seed).bytes();
  }

  @Override
  public long seed() {
    return seed;
  }

  /**
   * Moves past the next words. It costs next to nothing until a word behind them is asked for, and
   * then those words are not made that a copy of this generator has made not long ago.
   */
  @Override
  public void advance(long words) {
    ArgumentChecks.that(words >= 0, "words", words, "0 or more");
    engine.skip(words);
  }

  @Override
  public TorchCpuGenerator withSeed(long other) {
    return new TorchCpuGenerator(other, version);
  }

  @Override
  public TorchCpuGenerator copy() {
    return new TorchCpuGenerator(seed, version, engine.copy());
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
