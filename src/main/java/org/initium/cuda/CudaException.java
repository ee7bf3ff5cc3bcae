package org.initium.cuda;

import org.initium.InitiumException;
import org.initium.text.Text;

/** A call of a CUDA library failed; the message names the call, its status and the device. */
public class CudaException extends InitiumException {
  private static final long serialVersionUID = 1;

  private final String call;
  private final int status;
  private final String code;

  public CudaException(String call, int status, String code, String text, String where) {
    super(
        Text.message(
            "%s failed on %s with %s (%d)%s",
            call, where, code, status, text.isEmpty() ? "" : ": " + text));
    this.call = call;
    this.status = status;
    this.code = code;
  }

  public CudaException(CudaException late, String cause) {
    super(late.getMessage() + "; " + cause, late);
    this.call = late.call;
    this.status = late.status;
    this.code = late.code;
  }

  /** The function that failed, as {@code cuMemAlloc}. */
  public String call() {
    return call;
  }

  /** Its status. */
  public int status() {
    return status;
  }

  /** The name of the status, as {@code CUDA_ERROR_INVALID_VALUE}. */
  public String code() {
    return code;
  }
}
