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

  /// Whether the message names the error number, such as `ENODEV` (errno(3)).
  public boolean names(String errno) {
    String message = getMessage();
    return message != null && message.contains(errno);
  }
}
