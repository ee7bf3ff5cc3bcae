// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda;

import org.initium.InitiumException;
import org.initium.text.Text;

/**
 * A call of a CUDA library failed; the message names the call, its status and the device.
 *
 * @since 0.1.0
 */
public class CudaException extends InitiumException {
  private static final long serialVersionUID = 1;

  private final String call;
  private final int status;
  private final String code;

  /**
   * A failed call.
   *
   * @param call the function that failed
   * @param status what it returned
   * @param code the name of the status
   * @param text what the library says of it, or nothing
   * @param where the device
   */
  public CudaException(String call, int status, String code, String text, String where) {
    super(
        Text.message(
            "%s failed on %s with %s (%d)%s",
            call, where, code, status, text.isEmpty() ? "" : ": " + text));
    this.call = call;
    this.status = status;
    this.code = code;
  }

  /**
   * The same failure, told with what caused it.
   *
   * @param late the failure
   * @param cause what else is known
   */
  public CudaException(CudaException late, String cause) {
    super(late.getMessage() + "; " + cause, late);
    this.call = late.call;
    this.status = late.status;
    this.code = late.code;
  }

  /** {@return the function that failed, as {@code cuMemAlloc}} */
  public String call() {
    return call;
  }

  /** {@return the number that the function returned} */
  public int status() {
    return status;
  }

  /** {@return the name of the status, as {@code CUDA_ERROR_INVALID_VALUE}} */
  public String code() {
    return code;
  }
}
