package org.initium.cuda;

/**
 * A failure after which CUDA refuses all work of this process on the device (an illegal address, a
 * hardware fault): memory and streams are lost, and only a new process can use the device again.
 */
public final class ContextLostException extends CudaException {
  private static final long serialVersionUID = 1;

  public ContextLostException(String call, int status, String code, String text, String where) {
    super(
        call,
        status,
        code,
        (text.isEmpty() ? "" : text + "; ")
            + "the context is lost: restart the process to use the device again",
        where);
  }

  public ContextLostException(ContextLostException late, String cause) {
    super(late, cause);
  }
}
