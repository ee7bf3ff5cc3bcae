// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

/**
 * How far a result may be from its reference, for every test. Random words, uniforms and everything
 * that is computed twice by ourselves have no tolerance: those are equal in bits.
 */
public final class Tolerances {
  /** Normals in f32 against cuRAND's of standard deviation 1, whose intrinsics are approximate. */
  public static final double CURAND_NORMAL_F32 = 4e-6;

  /** Normals in f64 against cuRAND's of standard deviation 1. */
  public static final double CURAND_NORMAL_F64 = 1e-13;

  /** -2 ln u in binary32, in units in the last place of the exact value. */
  public static final double LOG_F32_ULP = 1.5;

  /**
   * Sine and cosine in binary32, in units in the last place of the exact value: half a unit from
   * the product and one from its factors, where the result is just below a power of two.
   */
  public static final double CIRCLE_F32_ULP = 1.6;

  /** -2 ln u, sine and cosine in binary64, in units in the last place. */
  public static final double F64_ULP = 1.0;

  /** Truncated normals in f32, in units in the last place of the exact value. */
  public static final double TRUNCATED_F32_ULP = 1.5;

  /** Or, for laws that pass through 0 inside the bounds, in standard deviations. */
  public static final double TRUNCATED_F32_SCALE = 3e-8;

  /** Truncated normals in f64, in units in the last place of the exact value. */
  public static final double TRUNCATED_F64_ULP = 16;

  /** Or, for laws that pass through 0 inside the bounds, in standard deviations. */
  public static final double TRUNCATED_F64_SCALE = 1e-15;

  /** Laws by their quantiles in f32, in units in the last place of the exact value. */
  public static final double QUANTILE_F32_ULP = 2;

  /** Or, for laws that pass through 0, in the law's scale. */
  public static final double QUANTILE_F32_SCALE = 2e-7;

  /** Laws by their quantiles in f64, in units in the last place of the exact value. */
  public static final double QUANTILE_F64_ULP = 4;

  /** Or, for laws that pass through 0, in the law's scale. */
  public static final double QUANTILE_F64_SCALE = 4e-16;

  /** max |Q'Q - I| of an orthogonal matrix in f32, up to 4096 rows. */
  public static final double ORTHONORMAL_F32 = 1e-6;

  /** max |Q'Q - I| of an orthogonal matrix in f64, at 300 rows. */
  public static final double ORTHONORMAL_F64 = 1e-14;

  /**
   * Entries of Q of QR against Gram and Schmidt's in double: a square Gaussian matrix has a
   * condition number of some n, which multiplies the rounding.
   */
  public static final double QR_F32 = 2e-3;

  /** The same in f64. */
  public static final double QR_F64 = 1e-11;

  /** Entries of a product of reflectors, which nothing amplifies. */
  public static final double REFLECTORS_F32 = 2e-6;

  /** The same in f64. */
  public static final double REFLECTORS_F64 = 1e-13;

  /** |Q'Q - I| of a factorization, in units of n eps, n the longer side. */
  public static final double ORTHOGONAL_DEFECT = 8;

  /** Q by two libraries, in units of n eps: the matrix's condition is in it. */
  public static final double ORTHOGONAL_AGREEMENT = 64;

  /** f64 normals, in units in the last place of PyTorch's: its C library rounds otherwise. */
  public static final double TORCH_NORMAL_F64_ULP = 2;

  /** Entries of orthogonal matrices of some 40 rows against PyTorch's, by another library's QR. */
  public static final double TORCH_ORTHOGONAL_F32 = 1e-5;

  /** The same in f64. */
  public static final double TORCH_ORTHOGONAL_F64 = 1e-12;

  /** Normals against those of PyTorch on a GPU, whose sine is approximate. */
  public static final double TORCH_CUDA_NORMAL = 1e-6;

  /** Half a unit of the last of the four decimals that PyTorch prints. */
  public static final double TORCH_PRINTED = 0.5e-4;

  private Tolerances() {}
}
