// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda;

import java.util.Objects;

/**
 * How this process fills tensors on CUDA devices.
 *
 * @param engine what computes uniform, normal and truncated normal fills
 * @param generator cuRAND's generator, for {@link Engine#CURAND}
 * @since 0.1.0
 */
public record CudaOptions(Engine engine, CurandGenerator generator) {
  /** Our own kernels. */
  public static final CudaOptions DEFAULT =
      new CudaOptions(Engine.FUSED, CurandGenerator.PHILOX4_32_10);

  /** cuRAND's generator with the same words. */
  public static final CudaOptions CURAND =
      new CudaOptions(Engine.CURAND, CurandGenerator.PHILOX4_32_10);

  private static volatile CudaOptions current = DEFAULT;

  /** What computes the elements. */
  public enum Engine {
    /** Our kernels: each element is written once, with the bits that the CPU computes. */
    FUSED,
    /** NVIDIA's cuRAND, and a second pass for the affine map; within 4e-6 of the CPU's normals. */
    CURAND
  }

  /** cuRAND's pseudo-random generators. */
  public enum CurandGenerator {
    /** The same words as {@link Engine#FUSED}. */
    PHILOX4_32_10,
    /** Marsaglia 2003. */
    XORWOW,
    /** L'Ecuyer 1999. */
    MRG32K3A,
    /** Saito and Matsumoto 2013; it cannot skip, so a fill draws what lies before its offset. */
    MTGP32,
    /**
     * Matsumoto and Nishimura 1998; it cannot skip, so a fill draws what lies before its offset.
     */
    MT19937;

    /** {@return whether the generator can start at any place of its sequence} */
    public boolean skips() {
      return this != MTGP32 && this != MT19937;
    }
  }

  /** All given. */
  public CudaOptions {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(generator, "generator");
  }

  /**
   * Sets the options that fills follow from now on, in every thread.
   *
   * @param options of this process
   */
  public static void use(CudaOptions options) {
    current = Objects.requireNonNull(options, "options");
  }

  /** {@return the options in use} */
  public static CudaOptions current() {
    return current;
  }
}
