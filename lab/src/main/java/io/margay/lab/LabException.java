package io.margay.lab;

/// The lab cannot do what was asked; the message says why and what to do.
final class LabException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /// A name that stays, for `docs/errors.md`.
  static final String LAB_FAILED = "lab-failed";

  LabException(String message) {
    super(message);
  }

  LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
