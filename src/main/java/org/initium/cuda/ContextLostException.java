// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda;

/**
 * A failure after which CUDA refuses all work of this process on the device (an illegal address, a
 * hardware fault): memory and streams are lost, and only a new process can use the device again.
 *
 * @since 0.1.0
 */
public final class ContextLostException extends CudaException {
  private static final long serialVersionUID = 1;

  /**
   * A failure after which the context cannot be used.
   *
   * @param call the function that failed
   * @param status what it returned
   * @param code the name of the status
   * @param text what the library says of it, or nothing
   * @param where the device
   */
  public ContextLostException(String call, int status, String code, String text, String where) {
    super(
        call,
        status,
        code,
        (text.isEmpty() ? "" : text + "; ")
            + "the context is lost: restart the process to use the device again",
        where);
  }

  /**
   * The same failure, met again by a later call.
   *
   * @param late the first one
   * @param cause what was tried now
   */
  public ContextLostException(ContextLostException late, String cause) {
    super(late, cause);
  }
}
