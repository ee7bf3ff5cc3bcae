// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import org.initium.DType;

/**
 * The functions of cuSOLVER that we call, as cusolverDn.h has them: handles and addresses are
 * numbers, matrices lie by columns without gaps, the answer is a cusolverStatus_t. Where there is a
 * function for each precision, the dtype chooses.
 */
sealed interface CusolverFunctions permits JcudaCusolver, NativeCusolver {
  int create(long[] handle);

  int destroy(long handle);

  int createParams(long[] params);

  int destroyParams(long params);

  int setStream(long handle, long stream);

  /** The work space of geqrf, in elements. */
  int geqrfSize(DType dtype, long handle, int rows, int columns, int[] elements);

  int geqrf(
      DType dtype,
      long handle,
      int rows,
      int columns,
      long matrix,
      long tau,
      long work,
      int elements,
      long info);

  /** The work space of orgqr, in elements. */
  int orgqrSize(DType dtype, long handle, int rows, int columns, int[] elements);

  int orgqr(
      DType dtype,
      long handle,
      int rows,
      int columns,
      long matrix,
      long tau,
      long work,
      int elements,
      long info);

  /** The work space of the 64-bit geqrf, in bytes. */
  int wideGeqrfSize(
      DType dtype,
      long handle,
      long params,
      long rows,
      long columns,
      long[] deviceBytes,
      long[] hostBytes);

  /** The 64-bit geqrf. */
  int wideGeqrf(
      DType dtype,
      long handle,
      long params,
      long rows,
      long columns,
      long matrix,
      long tau,
      Cusolver.Room room,
      long info);

  /** A cudaDataType. */
  static int type(DType dtype) {
    return dtype.isWide() ? 1 : 0;
  }
}
