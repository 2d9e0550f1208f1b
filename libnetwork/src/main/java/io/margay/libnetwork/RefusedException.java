package io.margay.libnetwork;

/// What Docker asks for is not done. The message goes to whoever typed the command.
final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  RefusedException(String message) {
    super(message);
  }

  RefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
