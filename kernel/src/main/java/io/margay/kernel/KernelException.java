package io.margay.kernel;

/// The kernel, or the tool that speaks to it, refused something or could not be reached. The
/// message names the object, the reason given, and what the caller may do.
public class KernelException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public KernelException(String message) {
    super(message);
  }

  public KernelException(String message, Throwable cause) {
    super(message, cause);
  }
}
