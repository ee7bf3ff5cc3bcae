// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import org.initium.DType;

/**
 * The functions of cuSOLVER that we call, as cusolverDn.h has them: handles and addresses are
 * numbers, matrices lie by columns without gaps, the answer is a cusolverStatus_t. Where there is a
 * function for each precision, the matrix's dtype chooses.
 */
sealed interface CusolverFunctions permits JcudaCusolver, NativeCusolver {
  /**
   * A tall matrix on the device.
   *
   * @param address its first element; 0 where only its size matters
   * @param tau a number for each column, which makes its reflector
   */
  record Matrix(DType dtype, int rows, int columns, long address, long tau) {
    long elements() {
      return (long) rows * columns;
    }

    /** The name of a function that there is for each precision. */
    String named(String function) {
      return "cusolverDn" + (dtype.isWide() ? "D" : "S") + function;
    }

    /** Its cudaDataType. */
    int type() {
      return dtype.isWide() ? 1 : 0;
    }
  }

  int create(long[] handle);

  int destroy(long handle);

  int createParams(long[] params);

  int destroyParams(long params);

  int setStream(long handle, long stream);

  /** The work space of geqrf, in elements. */
  int geqrfSize(long handle, Matrix matrix, int[] elements);

  int geqrf(long handle, Matrix matrix, long work, int elements, long info);

  /** The work space of orgqr, in elements. */
  int orgqrSize(long handle, Matrix matrix, int[] elements);

  int orgqr(long handle, Matrix matrix, long work, int elements, long info);

  /** The work space of the 64-bit geqrf, in bytes. */
  int wideGeqrfSize(long handle, long params, Matrix matrix, long[] deviceBytes, long[] hostBytes);

  /** The 64-bit geqrf. */
  int wideGeqrf(long handle, long params, Matrix matrix, Cusolver.Room room, long info);
}
