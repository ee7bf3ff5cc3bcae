// SPDX-License-Identifier: Apache-2.0
package org.initium.random;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/**
 * PyTorch's generator of a CUDA device: fills give the numbers that {@code torch.manual_seed(seed)}
 * and the same calls of {@code torch.nn.init} give on that device; uniforms to the bit, normals
 * within 1e-6.
 *
 * <p>It is Philox4x32-10 at an offset. Which word an element gets depends on how many threads the
 * device runs at a time.
 *
 * @since 0.1.0
 */
public final class TorchCudaGenerator implements Generator {
  private static final long serialVersionUID = 1;

  private final long seed;
  private final GpuGeometry geometry; // null for the device at hand
  private final TorchCpuGenerator host;
  private final AtomicLong offset;

  private TorchCudaGenerator(
      long seed, AtomicLong offset, GpuGeometry geometry, TorchCpuGenerator host) {
    this.seed = seed;
    this.offset = offset;
    this.geometry = geometry;
    this.host = host;
  }

  TorchCudaGenerator(long seed, GpuGeometry geometry) {
    this(seed, new AtomicLong(), geometry, new TorchCpuGenerator(seed, TorchVersion.FROM_2_13));
  }

  @Override
  public long seed() {
    return seed;
  }

  /** {@return PyTorch's offset, as torch.cuda.Generator.get_offset gives it; a multiple of 4} */
  public long offset() {
    return offset.get();
  }

  /** {@return the device whose numbers these are; empty for the one that the tensor is on} */
  public Optional<GpuGeometry> geometry() {
    return Optional.ofNullable(geometry);
  }

  /**
   * This very generator, which moves when that one does, with the numbers of a device where it does
   * not name one itself.
   *
   * @param device whose numbers these are
   * @return this generator, or one that shares its state
   */
  public TorchCudaGenerator on(GpuGeometry device) {
    return geometry == null ? new TorchCudaGenerator(seed, offset, device, host) : this;
  }

  /**
   * Moves on.
   *
   * @param count how many, a multiple of 4
   * @return the offset before
   */
  public long take(long count) {
    return offset.getAndAdd(count);
  }

  @Override
  public void advance(long words) {
    ArgumentChecks.that(words >= 0 && words % 4 == 0, "words", words, "0 or a multiple of 4");
    offset.updateAndGet(
        start -> {
          ArgumentChecks.that(
              words <= Long.MAX_VALUE - start, "words", words, "within 2^63 of what is drawn");
          return start + words;
        });
  }

  /**
   * PyTorch's generator of the CPU, which the same {@code torch.manual_seed} has seeded: what
   * PyTorch draws for {@code sparse} on the host, for tensors of every device.
   *
   * @return that generator, the same one at each call
   */
  public TorchCpuGenerator host() {
    return host;
  }

  @Override
  public TorchCudaGenerator withSeed(long other) {
    return new TorchCudaGenerator(other, geometry);
  }

  @Override
  public TorchCudaGenerator copy() {
    return new TorchCudaGenerator(seed, new AtomicLong(offset()), geometry, host.copy());
  }

  @Override
  public String toString() {
    return Text.message(
        "torch-cuda(%sseed=%s, offset=%d)",
        geometry == null ? "" : geometry + ", ", Long.toUnsignedString(seed), offset());
  }
}
