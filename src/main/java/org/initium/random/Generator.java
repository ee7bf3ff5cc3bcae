// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.io.Serializable;
import java.util.Objects;

/**
 * A source of random words with a position in it. A fill takes words from the position and moves
 * it. A generator is not shared by threads that fill at the same time: {@link #fork} one each.
 *
 * <p>It can be sent to another process, as the state that it is in: what comes out there goes on
 * where this one is, and moves on its own.
 *
 * @since 0.1.0
 */
public sealed interface Generator extends Serializable
    permits PhiloxGenerator, TorchCpuGenerator, TorchCudaGenerator {
  /**
   * {@return the default generator, Philox4x32-10 as NVIDIA's cuRAND host API lays it out, at
   * offset 0}
   *
   * {@snippet :
   * Generator generator = Generator.philox(42);
   * weight.fill(Init.normal(), generator.fork("h.0.attn.weight"));
   * }
   *
   * @param seed any 64 bits
   */
  static PhiloxGenerator philox(long seed) {
    return new PhiloxGenerator(seed, 0);
  }

  /**
   * Philox4x32-10 from word {@code offset} on.
   *
   * {@snippet :
   * weight.fill(Init.normal(), Generator.philox(42, 1 << 20));
   * }
   *
   * @param seed any 64 bits
   * @param offset the first word that is drawn, 0 or more
   * @return the generator, which moves by what is drawn
   */
  static PhiloxGenerator philox(long seed, long offset) {
    return new PhiloxGenerator(seed, offset);
  }

  /**
   * PyTorch's generator of the CPU after {@code torch.manual_seed(seed)}.
   *
   * {@snippet :
   * weight.fill(Init.normal(), Generator.torchCpu(42));
   * }
   *
   * @param seed any 64 bits
   * @return the generator: MT19937 of the seed's lower 32 bits, as PyTorch has it
   */
  static TorchCpuGenerator torchCpu(long seed) {
    return torchCpu(seed, TorchVersion.FROM_2_13);
  }

  /**
   * The same of a version of PyTorch: f16 and bf16 are not the same in all.
   *
   * {@snippet :
   * weight.fill(Init.normal(), Generator.torchCpu(42, TorchVersion.of("2.10")));
   * }
   *
   * @param seed any 64 bits
   * @param version whose numbers
   * @return the generator
   */
  static TorchCpuGenerator torchCpu(long seed, TorchVersion version) {
    return new TorchCpuGenerator(seed, Objects.requireNonNull(version, "version"));
  }

  /**
   * PyTorch's generator of a CUDA device after {@code torch.manual_seed(seed)}: of the device that
   * the tensor is on. A tensor on the CPU needs {@link #torchCuda(long, GpuGeometry)}.
   *
   * {@snippet :
   * Generator generator = Generator.torchCuda(42); // for tensors on a CUDA device
   * }
   *
   * @param seed any 64 bits
   * @return the generator, at offset 0
   */
  static TorchCudaGenerator torchCuda(long seed) {
    return new TorchCudaGenerator(seed, null);
  }

  /**
   * PyTorch's generator of that CUDA device, which need not be there.
   *
   * {@snippet :
   * weight.fill(Init.normal(), Generator.torchCuda(42, GpuGeometry.of("A100")));
   * }
   *
   * @param seed any 64 bits
   * @param gpu multiprocessors and threads of the device, which PyTorch's values depend on
   * @return the generator, at offset 0
   */
  static TorchCudaGenerator torchCuda(long seed, GpuGeometry gpu) {
    return new TorchCudaGenerator(seed, Objects.requireNonNull(gpu, "gpu"));
  }

  /**
   * A generator by its kind, as the command line and recipes write it: {@code philox}, {@code
   * torch-cpu}, {@code torch-cpu(version=2.10)}, {@code torch-cuda} (of the device at hand), {@code
   * torch-cuda(gpu=A100)} or {@code torch-cuda(sms=108, threads=2048)}.
   *
   * {@snippet :
   * weight.fill(Init.normal(), Generator.parse("torch-cpu", 42));
   * }
   *
   * @param kind its name, with a GPU's where it needs one
   * @param seed any 64 bits
   * @return the generator at its start
   * @throws IllegalArgumentException if there is no such kind or GPU, saying which there are
   */
  static Generator parse(String kind, long seed) {
    return GeneratorExpression.parse(kind, seed);
  }

  /** {@return the seed} */
  long seed();

  /**
   * An independent generator of the same kind, whose seed is the first 8 bytes, little endian, of
   * SHA-256(this seed in 8 bytes, little endian, then the name in UTF-8).
   *
   * @param name any text: the name of a tensor
   * @return the generator, at its start
   * @throws IllegalArgumentException if the name is no text: it has half of a surrogate pair
   */
  default Generator fork(String name) {
    return withSeed(ForkedSeed.of(seed(), name));
  }

  /**
   * {@return a generator of the same kind at its start, with another seed}
   *
   * @param other any 64 bits
   */
  Generator withSeed(long other);

  /** {@return a generator in the same state, which moves on its own} */
  Generator copy();

  /**
   * Moves past the next words as if they had been drawn.
   *
   * {@snippet :
   * Fill fill = Init.normal().fill(weight.whole());
   * generator.advance(fill.words(weight.whole(), weight.dtype())); // as a fill of philox does
   * }
   *
   * @param words how many, 0 or more; of torch-cuda a multiple of 4, since its threads draw by four
   * @throws IllegalArgumentException if the generator cannot move by so many
   */
  void advance(long words);
}
