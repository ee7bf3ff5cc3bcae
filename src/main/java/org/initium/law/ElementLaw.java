package org.initium.law;

import java.util.Optional;
import org.initium.DType;
import org.initium.Fill;

/**
 * The law of elements that each have random bits of their own, in a dtype: what an element is by
 * the words of its block, and the numbers that the kernels take.
 */
public sealed interface ElementLaw
    permits Uniform32, Uniform64, Normal32, Normal64, Truncated32, Truncated64 {
  /** The law of a fill, if it is of this kind. */
  static Optional<ElementLaw> of(Fill.Elementary fill, DType dtype) {
    boolean wide = dtype == DType.F64;
    return Optional.ofNullable(
        switch (fill) {
          case Fill.Uniform uniform -> wide ? Uniform64.of(uniform) : Uniform32.of(uniform, dtype);
          case Fill.Normal normal -> wide ? Normal64.of(normal) : Normal32.of(normal);
          case Fill.TruncatedNormal truncated ->
              wide ? Truncated64.of(truncated) : Truncated32.of(truncated, dtype);
          case Fill.Constant _,
              Fill.Eye _,
              Fill.Dirac _,
              Fill.Hadamard _,
              Fill.Sparse _,
              Fill.Orthogonal _ ->
              null;
        });
  }

  /** The family of kernels that compute it: {@code uniform}, {@code normal}, {@code truncated}. */
  String kernel();

  /**
   * The table that the kernels read, {@code float[]} or {@code double[]} and not to be written to;
   * its address stands before the numbers. Null where there is none.
   */
  default Object table() {
    return null;
  }

  /** The numbers that the kernels take, in the order of their struct in kernels/laws.cuh. */
  double[] numbers();

  /**
   * The elements of a block of Philox: four, or two in f64.
   *
   * @param words the block's four words
   * @param out where the elements go, from its start
   */
  void elements(int[] words, double[] out);
}
