package io.margay.agent;

/// The agent cannot start; the message says why and what to do.
final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1;

  StartException(String message) {
    super(message);
  }

  StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
